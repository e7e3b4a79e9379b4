import { CliError, type FailureDetail } from '../../src/errors.ts';

/** A failure as plain data, to be compared whole. */
export interface Caught {
  readonly failure: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: readonly FailureDetail[];
}

/** What `work` throws. */
export function caught(work: () => unknown): Caught {
  try {
    work();
  } catch (error) {
    return asData(error);
  }
  throw new Error('nothing was thrown');
}

/** What the promise rejects with. */
export async function caughtLater(work: Promise<unknown>): Promise<Caught> {
  try {
    await work;
  } catch (error) {
    return asData(error);
  }
  throw new Error('nothing was thrown');
}

function asData(error: unknown): Caught {
  if (!(error instanceof CliError)) throw error;
  const { failure, code, message, hint, details } = error;
  return { failure, code, message, hint, details };
}

/** As people see it: `/picks/3: unknown field (picks.json:14:7)`. */
export function formatDetail({ path, message, place }: FailureDetail): string {
  return `${path === '' ? '' : `${path}: `}${message} (${place})`;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
