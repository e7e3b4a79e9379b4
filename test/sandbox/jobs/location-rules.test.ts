import { describe, expect, test } from 'vitest';

import { readLocationRules } from '../../../src/sandbox/jobs/location-rules.ts';
import type { ValidationIssue } from '../../../src/sandbox/http/http-error.ts';

function rewrite(entries: readonly unknown[], name: string): string | undefined {
  const faults: ValidationIssue[] = [];
  const rules = readLocationRules(entries, faults);
  expect(faults).toEqual([]);
  return rules(name);
}

describe('a rule in Python notation', () => {
  test.each([
    // The documentation's own example.
    ['^(A1-[0-9]{2}-[0-9]{3})([A-Z])$', String.raw`\1`, 'A1-24-006A', 'A1-24-006'],
    [String.raw`^(\w)(\d)`, String.raw`\2-\1`, 'A1', '1-A'],
    [String.raw`(?P<aisle>[A-Z])(?P<bay>\d+)`, String.raw`\g<bay>/\g<aisle>`, 'B07', '07/B'],
    [String.raw`(?P<c>.)(?P=c)`, String.raw`\g<c>`, 'AABB', 'AB'],
    [String.raw`\Aloc-(.+)\Z`, String.raw`\g<1>`, 'loc-C02', 'C02'],
    ['(?i)^a', 'A', 'a01', 'A01'],
    ['(?im)^a', 'A', 'a\na', 'A\nA'],
    ['-', '', 'A-0-1', 'A01'],
    [String.raw`(x)?y`, String.raw`[\1]`, 'y', '[]'],
    [String.raw`\\`, String.raw`a\\b`, 'x\\y', 'xa\\by'],
    ['(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)', String.raw`\11`, 'abcdefghijk', 'k'],
    ['A', '$&$1', 'A', '$&$1'],
    ['A01', String.raw`\g<0>B`, 'A01', 'A01B'],
  ])('%s to %s turns %s into %s', (pattern, replacement, name, result) => {
    expect(rewrite([[pattern, replacement]], name)).toBe(result);
    expect(rewrite([{ pattern, replacement }], name)).toBe(result);
  });

  test('that does not match leaves the name to the next; the first that matches wins', () => {
    const entries = [
      ['^X', '1'],
      ['^A', '2'],
      ['^A0', '3'],
    ];
    expect(rewrite(entries, 'A01')).toBe('201');
    expect(rewrite(entries, 'B01')).toBeUndefined();
    expect(rewrite([], 'B01')).toBeUndefined();
  });

  test.each([
    ['(', 'x', /Invalid regular expression/],
    ['a', String.raw`\1`, /invalid group reference 1 in "\\1"/],
    ['(a)', String.raw`\g<name>`, /invalid group reference name/],
    ['(a)', String.raw`\q`, /bad escape in the replacement "\\q"/],
    ['(a)', '\\', /bad escape/],
  ])('%s to %s is a fault', (pattern, replacement, message) => {
    const faults: ValidationIssue[] = [];
    const rules = readLocationRules([[pattern, replacement]], faults);
    expect(faults).toEqual([
      {
        loc: ['body', 'parameters', 'location_regex', 0],
        msg: expect.stringMatching(message) as string,
        type: 'value_error',
      },
    ]);
    expect(rules('a')).toBeUndefined();
  });
});
