import type { FailureDetail } from '../errors.ts';

/** Reads untrusted JSON value by value and notes every fault with the JSON pointer where it is. */
export interface FaultFinder {
  readonly faults: readonly FailureDetail[];
  note(path: string, message: string): void;
  /** The value as an object, or `undefined` with a fault noted; keys outside `known` are faults too. */
  object(value: unknown, path: string, known?: readonly string[]): Readonly<Record<string, unknown>> | undefined;
  list(value: unknown, path: string): readonly unknown[] | undefined;
  number(value: unknown, path: string): number | undefined;
  text(value: unknown, path: string): string | undefined;
}

/** `pointer('/locations', 'A/1')` is `/locations/A~1` + `1` (RFC 6901). */
export function pointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function createFaultFinder(): FaultFinder {
  const faults: FailureDetail[] = [];
  const note = (path: string, message: string): void => {
    faults.push({ path, message });
  };
  return {
    faults,
    note,
    object(value, path, known) {
      if (!isRecord(value)) {
        note(path, `expected an object, found ${kindOf(value)}`);
        return undefined;
      }
      for (const key of known === undefined ? [] : Object.keys(value)) {
        if (known?.includes(key) === false) {
          note(pointer(path, key), `unknown field "${key}", expected one of: ${known.join(', ')}`);
        }
      }
      return value;
    },
    list(value, path) {
      if (Array.isArray(value)) return value as readonly unknown[];
      note(path, `expected a list, found ${kindOf(value)}`);
      return undefined;
    },
    number(value, path) {
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      note(path, `expected a number, found ${kindOf(value)}`);
      return undefined;
    },
    text(value, path) {
      if (typeof value === 'string' && value.trim() !== '') return value;
      note(path, value === '' ? 'expected a text, found an empty one' : `expected a text, found ${kindOf(value)}`);
      return undefined;
    },
  };
}
