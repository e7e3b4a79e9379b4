/** The results of the checks of `doctor`. Pure. */
import { worstFailure, type Failure } from '../../errors.ts';

/** The checks, in the order in which they are printed. */
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

export type CompletedCheck =
  | { readonly check: CheckName; readonly status: 'ok'; readonly message: string; readonly fix: null }
  /** Nothing fails now because of it. `fix` is a command line. */
  | { readonly check: CheckName; readonly status: 'warning'; readonly message: string; readonly fix: string }
  | {
      readonly check: CheckName;
      readonly status: 'fault';
      readonly message: string;
      readonly fix: string;
      /** How a command ends that runs into it. */
      readonly failure: Failure;
    };

/** A check that was not run, because it depends on one that failed or was not asked for. */
export interface SkippedCheck {
  readonly check: CheckName;
  readonly status: 'skipped';
  readonly message: string;
}

export type CheckResult = CompletedCheck | SkippedCheck;

export function ok(check: CheckName, message: string): CompletedCheck {
  return { check, status: 'ok', message, fix: null };
}

export function warning(check: CheckName, message: string, fix: string): CompletedCheck {
  return { check, status: 'warning', message, fix };
}

export function fault(check: CheckName, failure: Failure, message: string, fix: string): CompletedCheck {
  return { check, status: 'fault', message, fix, failure };
}

export function skipped(check: CheckName, message: string): SkippedCheck {
  return { check, status: 'skipped', message };
}

/** The failure of the worst fault, by the order of the exit codes; `undefined` without faults. */
export function failureOf(checks: readonly CompletedCheck[]): Failure | undefined {
  return worstFailure(checks.flatMap((check) => (check.status === 'fault' ? [check.failure] : [])));
}
