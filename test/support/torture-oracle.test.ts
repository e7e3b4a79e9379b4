/** The judge of the torture: it must find what is lost. */
import { expect, test } from 'vitest';
import { judge, type StoredStep } from './torture-oracle.ts';

const stepsOf = (id: string, states: Readonly<Record<string, string>>): readonly StoredStep[] =>
  Object.entries(states).map(([step, state]) => ({ id, step, state }));
const expected = (name: string, ...ids: readonly string[]) => ({
  isNamed: (step: string) => step === name,
  seen: new Map(ids.map((id) => [id, ids.filter((each) => each === id).length])),
});
const judged = (stored: readonly StoredStep[]) =>
  judge({
    acknowledged: new Set(['a']),
    listeners: [[expected('show', 'a', 'b'), expected('exec', 'a', 'a')], [expected('show', 'a', 'b')]],
    stored,
  });

test('all that is owed by either listener, done and seen, is well; effects beyond the first are counted', () => {
  const well = { lost: [], owedNotDone: [], repeats: 1 };
  expect(judged(stepsOf('a', { show: 'done', exec: 'done' }))).toEqual(well);
  expect(judged(stepsOf('a', { show: 'done' }))).toEqual(well);
});

test.each([
  ['not in the inbox', [], ['a: not in the inbox, or without steps'], []],
  [
    'with a step that is open',
    stepsOf('a', { show: 'done', exec: 'pending' }),
    ['a: show is done, exec is pending'],
    ['a: exec is pending'],
  ],
  ['with a step that failed', stepsOf('a', { show: 'failed' }), ['a: show is failed'], ['a: show is failed']],
  ['with steps of no listener', stepsOf('a', { exec: 'done' }), ['a: exec is done'], []],
] as const)('an acknowledged delivery %s is lost', (_what, stored, lost, owedNotDone) => {
  expect(judged(stored)).toMatchObject({ lost, owedNotDone });
});

test('a step that is done and was never seen is owed', () => {
  const stored = [...stepsOf('a', { show: 'done' }), ...stepsOf('b', { show: 'done', exec: 'done' })];
  expect(judged(stored)).toMatchObject({ lost: [], owedNotDone: ['b: exec is done'] });
});
