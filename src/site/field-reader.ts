import { isRecord } from '../lib/json/loose-fields.ts';
import type { FailureDetail } from '../errors.ts';

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

/** Reads untrusted JSON value by value, and collects every problem with the JSON pointer of its place. */
export function createFieldReader() {
  const problems: FailureDetail[] = [];
  const report = (path: string, message: string): void => {
    problems.push({ path, message });
  };
  return {
    problems: problems as readonly FailureDetail[],
    report,
    /** The value as an object; otherwise `undefined`, and a problem is reported. So is every key that is not in `known`. */
    object(value: unknown, path: string, known?: readonly string[]): Readonly<Record<string, unknown>> | undefined {
      if (!isRecord(value)) {
        report(path, `expected an object, found ${kindOf(value)}`);
        return undefined;
      }
      for (const key of known === undefined ? [] : Object.keys(value)) {
        if (known?.includes(key) === false) {
          report(pointer(path, key), `unknown field "${key}", expected one of: ${known.join(', ')}`);
        }
      }
      return value;
    },
    list(value: unknown, path: string): readonly unknown[] | undefined {
      if (Array.isArray(value)) return value as readonly unknown[];
      report(path, `expected a list, found ${kindOf(value)}`);
      return undefined;
    },
    number(value: unknown, path: string): number | undefined {
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      report(path, `expected a number, found ${kindOf(value)}`);
      return undefined;
    },
    text(value: unknown, path: string): string | undefined {
      if (typeof value === 'string' && value.trim() !== '') return value;
      report(path, value === '' ? 'expected a text, found an empty one' : `expected a text, found ${kindOf(value)}`);
      return undefined;
    },
  };
}

export type FieldReader = ReturnType<typeof createFieldReader>;
