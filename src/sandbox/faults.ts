/** Faults that the sandbox injects, each at its own rate and from its own seeded random numbers. */
import { nearestWord } from '../lib/text/did-you-mean.ts';
import { CliError } from '../errors.ts';
import { createRandom } from '../lib/seeded-random.ts';

/** What each fault does, for the help and the log. */
export const FAULTS = {
  error500: 'the API answers 500',
  'rate-limit': 'the API answers 429 with Retry-After',
  drop: 'the API does what was asked, then cuts the connection without an answer',
  slow: 'the API answers three seconds late',
  duplicate: 'a webhook is sent twice at the same time',
  reorder: 'a webhook is held back until the next one to that endpoint has overtaken it',
  'bad-signature': 'one attempt of a webhook is signed with another secret',
  'job-failure': 'the optimization fails after it was accepted',
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof FAULTS;

/** Share of the occasions, from 0 (never) to 1 (always), on which each fault happens. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

export interface FaultInjector {
  /** Of those that were set. */
  rates(): FaultRates;
  /** From now on. Throws `CliError` (usage, `bad_faults`) for a rate that is not from 0 to 1. */
  setRate(fault: FaultName, rate: number): void;
  /** Whether to inject the fault this time. Seeded: the same calls in the same order give the same answers. */
  shouldInject(fault: FaultName): boolean;
}

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/**
 * Reads `name=rate` terms, each text perhaps holding several separated by commas. Throws `CliError`
 * (usage, `bad_faults`) for an unknown name, or for a rate that is missing or not from 0 to 1.
 */
export function parseFaults(texts: readonly string[]): FaultRates {
  const rates: Partial<Record<FaultName, number>> = {};
  for (const term of texts.flatMap((text) => text.split(','))) {
    const [name = '', rate = '', ...rest] = term.split('=').map((part) => part.trim());
    const fault = FAULT_NAMES.find((known) => known === name);
    if (fault === undefined) {
      const nearest = nearestWord(name, FAULT_NAMES);
      throw new CliError('usage', `unknown fault "${name}"`, {
        code: 'bad_faults',
        hint: nearest === undefined ? `faults are ${FAULT_NAMES.join(', ')}` : `did you mean "${nearest}"?`,
      });
    }
    if (rest.length > 0 || !/^\d*\.?\d+$/.test(rate)) throw badRate(fault, rate);
    rates[fault] = Number(rate);
  }
  checkFaultRates(rates);
  return rates;
}

/** Throws `CliError` (usage, `bad_faults`) for a rate that is not from 0 to 1. */
export function checkFaultRates(rates: FaultRates): void {
  for (const name of FAULT_NAMES) {
    const rate = rates[name] ?? 0;
    if (!(rate >= 0 && rate <= 1)) throw badRate(name, String(rate));
  }
}

function badRate(name: FaultName, rate: string): CliError {
  const what = rate === '' ? `the fault ${name} has no rate` : `the fault ${name} cannot have the rate "${rate}"`;
  return new CliError('usage', what, {
    code: 'bad_faults',
    hint: `a rate goes from 0 (never) to 1 (always), for example ${name}=0.2`,
  });
}

/** Each fault has a random sequence of its own, so that switching one on does not change the others. */
export function createFaultInjector(initial: FaultRates, seed: number): FaultInjector {
  let rates = initial;
  const randoms = new Map(FAULT_NAMES.map((name, index) => [name, createRandom(seed + 7919 * (index + 1))] as const));
  return {
    rates: () => rates,
    setRate(fault, rate) {
      checkFaultRates({ [fault]: rate });
      rates = { ...rates, [fault]: rate };
    },
    shouldInject(fault) {
      const rate = rates[fault] ?? 0;
      return rate > 0 && (randoms.get(fault)?.next() ?? 1) < rate;
    },
  };
}
