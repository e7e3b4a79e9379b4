import { describe, expect, it } from 'vitest';
import { type Finding, FINDING_CLASSES } from '../../src/domain/finding.ts';
import type { GateVerdict } from '../../src/domain/gates.ts';
import { findingText, judgementSuites, verdictText } from '../../src/output/judgement.ts';

const MISSING: Finding = {
  class: 'missing_pick',
  message: '3 picks of the request are missing from the answer',
  count: 3,
  examples: ['p1', 'p\u001b[31m7\n'],
};
const SPLIT: Finding = {
  class: 'order_split',
  message: '1 order is split over several clusters',
  count: 1,
  examples: ['o1 in c0, c1'],
};
const TRIPPED: GateVerdict = { expression: 'saving<5%', tripped: true, reason: 'saving is 3.2 %' };
const PASSED: GateVerdict = { expression: 'clusters>12', tripped: false, reason: 'clusters is 3' };

describe('a finding and a verdict', () => {
  it('are one clean line', () => {
    expect([findingText(MISSING), findingText(SPLIT), verdictText(TRIPPED)]).toEqual([
      '3 picks of the request are missing from the answer: p1, p7 , …',
      '1 order is split over several clusters: o1 in c0, c1',
      'gate saving<5%: saving is 3.2 %',
    ]);
  });
});

describe('the JUnit suites of an answer', () => {
  const caseOf = (name: string, findings: readonly Finding[] | undefined, strict: boolean): unknown =>
    judgementSuites('wave 7', findings, [], { strict })[0]?.cases.find((one) => one.name === name);

  it('have one case for each class of finding and one for each gate', () => {
    const suites = judgementSuites('wave 7', [], [TRIPPED, PASSED], { strict: true });
    expect(suites).toEqual([
      { name: 'audit', cases: FINDING_CLASSES.map((name) => ({ name, classname: 'wave 7' })) },
      {
        name: 'gates',
        cases: [
          { name: 'saving<5%', classname: 'wave 7', failure: { message: 'saving is 3.2 %', text: 'saving is 3.2 %' } },
          { name: 'clusters>12', classname: 'wave 7' },
        ],
      },
    ]);
    expect(judgementSuites('wave 7', [], [], { strict: true }).map(({ name }) => name)).toEqual(['audit']);
  });

  it('fail for a finding with --strict', () => {
    expect(caseOf('missing_pick', [MISSING, SPLIT], true)).toEqual({
      name: 'missing_pick',
      classname: 'wave 7',
      failure: {
        message: '3 picks of the request are missing from the answer',
        text: 'expected: every pick is answered, or invalid with a reason\np1\np7 ',
      },
    });
  });

  it('skip a finding, with its text, where it is only a warning', () => {
    expect(caseOf('order_split', [SPLIT], false)).toEqual({
      name: 'order_split',
      classname: 'wave 7',
      skipped: '1 order is split over several clusters: o1 in c0, c1',
    });
  });

  it('are skipped when nothing could be audited', () => {
    expect(caseOf('order_split', undefined, true)).toEqual({
      name: 'order_split',
      classname: 'wave 7',
      skipped: 'the request is not known',
    });
  });
});
