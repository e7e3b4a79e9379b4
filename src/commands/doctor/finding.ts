/** What `doctor` finds out: one finding a check. Pure. */
import { worstFailure, type Failure } from '../../errors.ts';

/** The checks, in the order in which they are told. */
export const CHECKS = [
  'runtime',
  'config',
  'state',
  'database',
  'api-key',
  'base-url',
  'proxy',
  'network',
  'clock',
  'key-accepted',
  'webhook-secret',
  'relay-url',
  'port',
  'delivery',
] as const;

export type CheckName = (typeof CHECKS)[number];

export type Finding =
  | { readonly check: CheckName; readonly status: 'ok'; readonly message: string; readonly fix: null }
  /** Nothing that stops anything now. `fix` is a command line. */
  | { readonly check: CheckName; readonly status: 'warning'; readonly message: string; readonly fix: string }
  | {
      readonly check: CheckName;
      readonly status: 'fault';
      readonly message: string;
      readonly fix: string;
      /** How a command would end that meets it. */
      readonly failure: Failure;
    };

/** A check that was not made, because what it builds on is at fault or was not wanted. */
export interface Skipped {
  readonly check: CheckName;
  readonly status: 'skipped';
  readonly message: string;
}

export type Outcome = Finding | Skipped;

export function ok(check: CheckName, message: string): Finding {
  return { check, status: 'ok', message, fix: null };
}

export function warning(check: CheckName, message: string, fix: string): Finding {
  return { check, status: 'warning', message, fix };
}

export function fault(check: CheckName, failure: Failure, message: string, fix: string): Finding {
  return { check, status: 'fault', message, fix, failure };
}

export function skipped(check: CheckName, message: string): Skipped {
  return { check, status: 'skipped', message };
}

/** The failure that all faults together mean, by the order of the exit codes; `undefined` when there is none. */
export function failureOf(findings: readonly Finding[]): Failure | undefined {
  return worstFailure(findings.flatMap((finding) => (finding.status === 'fault' ? [finding.failure] : [])));
}
