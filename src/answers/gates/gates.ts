/**
 * Gates: conditions under which a run is to fail, such as `saving<5%`. Grammar: `<metric> <op> <number>[unit]`, spaces
 * anywhere between; operators `<` `<=` `>` `>=` `=` `==` `!=`. A distance needs its unit.
 */
import { CliError } from '../../errors.ts';
import type { AnswerDetails } from '../details.ts';
import { differenceOf, formatNumber } from '../../lib/text/numbers.ts';
import type { Finding } from '../audit/finding.ts';
import { type Dimension, GATE_METRIC_NAMES, type GateMetric, metricOf, UNITS_OF } from './metrics.ts';
import { classifyAnswer } from '../job-state.ts';
import type { Kind } from '../../kinds.ts';
import { convertLength, LENGTH_UNITS, type LengthUnit, lengthUnitOf } from '../length-unit.ts';
import { nearestWord } from '../../lib/text/did-you-mean.ts';

type Operator = '<' | '<=' | '>' | '>=' | '=' | '!=';

export interface Gate {
  /** As it was written, without the spaces around it. */
  readonly expression: string;
  readonly metric: GateMetric;
  readonly operator: Operator;
  readonly value: number;
  /** As it was written, in lower case, else the one that is meant; empty for a count. */
  readonly unit: string;
}

export interface GateVerdict {
  readonly expression: string;
  /** Whether the run is to fail: the condition holds, or it cannot be judged. */
  readonly tripped: boolean;
  /** `saving is 3.2%`, or `cannot be judged: ` and why. It may hold text of the answer: clean it before it is shown. */
  readonly reason: string;
}

const EXPRESSION = /^([^<>=!]*?)\s*(<=|>=|==|!=|<|>|=)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(\S*)$/i;

/**
 * Reads a gate. Throws `CliError` `usage` (`bad_gate`) when it is none: an unknown metric, a unit that does not fit the
 * metric or is missing, no number. With `kind`, also a metric that only answers of the other kind have.
 */
export function parseGate(text: string, kind?: Kind): Gate {
  const expression = text.trim();
  const [, name = '', operator = '', digits = '', suffix = ''] = EXPRESSION.exec(expression) ?? [];
  if (operator === '') throw badGate(expression, whyNot(expression));
  const metric = GATE_METRIC_NAMES.find((known) => known === name.trim().toLowerCase());
  if (metric === undefined) {
    const meant = nearestWord(name, GATE_METRIC_NAMES);
    throw badGate(expression, `there is no metric "${name}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`);
  }
  const { dimension, kind: only } = metricOf(metric);
  if (kind !== undefined && only !== undefined && only !== kind) {
    throw badGate(expression, `the answer of a ${kind} has no ${metric}, only that of a ${only}`);
  }
  if (suffix !== '' && !UNITS_OF[dimension].includes(suffix.toLowerCase())) {
    throw badGate(expression, unfit(suffix, metric));
  }
  const value = Number(digits);
  if (!Number.isFinite(value)) throw badGate(expression, `"${digits}" is too large a number`);
  if (dimension === 'distance' && suffix === '') throw withoutUnit(expression);
  const unit = suffix === '' ? (UNITS_OF[dimension][0] ?? '') : suffix.toLowerCase();
  return { expression, metric, operator: operator === '==' ? '=' : (operator as Operator), value, unit };
}

/**
 * Whether a gate trips. One that cannot be judged trips, too: a run that must not fall below a saving does not pass
 * because the figures are missing. `findings` of the audit, `undefined` when there was none.
 */
export function judgeGate(gate: Gate, answer: AnswerDetails, findings: readonly Finding[] | undefined): GateVerdict {
  const { expression, metric, operator, value, unit } = gate;
  const trip = (why: string): GateVerdict => ({ expression, tripped: true, reason: `cannot be judged: ${why}` });
  if (classifyAnswer(200, answer.summary) !== 'done') return trip('there is no result');
  const { dimension, kind, measure } = metricOf(metric);
  const { kind: answered = kind, unit: answerUnit } = answer.summary;
  if (kind !== undefined && answered !== kind) return trip(`the answer of a ${answered} has no ${metric}`);
  const measured = measure(answer, findings);
  if (typeof measured !== 'number') return trip(measured.reason);
  const comparable = inUnitOf(gate, dimension, measured, answerUnit);
  if (typeof comparable !== 'number') return trip(comparable.reason);
  return {
    expression,
    tripped: HOLDS[operator](differenceOf(comparable, value)),
    reason: `${metric} is ${shown(comparable, value, dimension)}${unit === '' || unit === '%' ? unit : ` ${unit}`}`,
  };
}

/** What was measured in the unit of the gate. */
function inUnitOf(
  { unit }: Gate,
  dimension: Dimension,
  measured: number,
  answerUnit: string,
): number | { readonly reason: string } {
  if (dimension === 'time') return unit === 'ms' ? measured * 1000 : measured;
  if (dimension !== 'distance') return measured;
  const known = lengthUnitOf(answerUnit);
  if (known !== undefined) return convertLength(measured, known, unit as LengthUnit);
  return { reason: `the answer's distances are in "${answerUnit}", which cannot be turned into ${unit}` };
}

const HOLDS: Readonly<Record<Operator, (difference: number) => boolean>> = {
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
  '=': (difference) => difference === 0,
  '!=': (difference) => difference !== 0,
};

/** Rounded for a person, yet to no more than a hundredth of it and on its side of the number it is compared with. */
function shown(value: number, other: number, dimension: Dimension): string {
  const side = Math.sign(differenceOf(value, other));
  for (let decimals = dimension === 'count' || Math.abs(value) >= 99.95 ? 0 : 1; decimals < 12; decimals += 1) {
    const text = formatNumber(value, decimals);
    const isClose = Math.abs(Number(text) - value) <= Math.abs(value) / 100;
    if (isClose && Math.sign(differenceOf(Number(text), other)) === side) return text;
  }
  return String(value);
}

function whyNot(expression: string): string {
  if (expression === '') return 'it is empty';
  const [metric = ''] = expression.split(/[<>=!]/);
  // An unquoted < or > is a redirection: the shell takes it away, and the number with it.
  if (metric === expression) return 'it has no operator; if there was one, quote the whole expression';
  const rest = expression.slice(metric.length).replace(/^(<=|>=|==|!=|<|>|=)\s*/, '');
  return rest === '' ? 'there is no number to compare with' : `"${rest}" is not a number with a unit`;
}

function unfit(unit: string, metric: GateMetric): string {
  const { dimension } = metricOf(metric);
  const units = UNITS_OF[dimension];
  if (dimension === 'count') return `"${unit}" does not fit: ${metric} is a number without unit`;
  return `"${unit}" is no unit of ${metric}: ${units.join(', ')}${dimension === 'distance' ? '' : ', or none'}`;
}

/** The API answers in centimeters, people think in meters: a bare number would mean one and be taken for the other. */
function withoutUnit(expression: string): CliError {
  return new CliError('usage', `--fail-if "${expression}" does not say in which unit`, {
    code: 'bad_gate',
    hint: `write --fail-if '${expression}m', or another of the units ${LENGTH_UNITS.join(', ')}`,
  });
}

function badGate(expression: string, why: string): CliError {
  return new CliError('usage', `--fail-if "${expression}": ${why}`, {
    code: 'bad_gate',
    hint: `for example --fail-if 'saving<5%' or --fail-if 'optimal_distance>200m'; metrics: ${GATE_METRIC_NAMES.join(', ')}`,
  });
}
