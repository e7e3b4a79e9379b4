/** `events` as people see it: deliveries, and the steps of one, each with the last answer of its target. */
import { describe, expect, test } from 'vitest';
import { main } from '../../src/app/main.ts';
import { createInbox } from '../../src/context/inbox-services.ts';
import { stateFolder } from '../../src/settings/paths.ts';
import { EXEC, forwardStep, SHOW } from '../../src/state/delivery-steps.ts';
import type { StepOutcome } from '../../src/state/inbox.ts';
import { createFakeHost, type FakeHost } from '../support/fake-host.ts';
import { expectScreen, WIDTHS } from '../support/screens.ts';
import { deliveryOf, keyOf, SCOPE } from '../state/inbox-support.ts';

const GOOD = forwardStep('http://127.0.0.1:3000/hooks');
const BAD = forwardStep('http://127.0.0.1:3001/hooks?token=hush-hush');
const KEY = 'key-that-is-a-secret';

/** A machine whose inbox holds one delivery. */
async function machine(columns: number): Promise<FakeHost> {
  const env = { OPTIPICK_API_KEY: KEY };
  const host = createFakeHost({ columns, env, terminal: { stdout: true, stderr: true } });
  const inbox = createInbox(host, stateFolder(host), SCOPE);
  const at = host.clock.now();
  const steps = [SHOW, EXEC, GOOD, BAD];
  await inbox.accept(deliveryOf({ receivedAt: at }), steps);
  await inbox.claim({ owner: 'me', limits: Object.fromEntries(steps.map((step) => [step, 1])), now: at });
  const settle = async (step: string, outcome: StepOutcome): Promise<unknown> =>
    inbox.settle(await keyOf(inbox, 'msg_1', step), 'me', outcome);
  const headers = [['content-type', 'application/json']] as const;
  const answer = (status: number, body: string, isCut = false) => ({ status, headers, body: Buffer.from(body), isCut });
  await settle(SHOW, { status: 'done', at });
  await settle(GOOD, { status: 'done', at, answer: answer(200, `{"ok":true,"key":"${KEY}"}\n`) });
  const error = 'forward http://127.0.0.1:3001/hooks: answered 500';
  await settle(BAD, {
    status: 'retry',
    at,
    nextAttemptAt: at + 2000,
    error,
    answer: answer(500, 'Error\n  at x', true),
  });
  await inbox.claim({ owner: 'me', limits: { [EXEC]: 1 }, now: at });
  await settle(EXEC, { status: 'failed', at, error: 'exec: the command ended with 3' });
  return host;
}

test.each(WIDTHS)('events list and discard fit a terminal of %d columns', async (width) => {
  const host = await machine(width);
  expect(await main(host, ['events', 'list', '--no-color'])).toBe(0);
  expect(await main(host, ['events', 'discard', '--failed', '--no-color'])).toBe(0);
  const screen = host.stdoutText + host.stderrText;
  expect(screen.split('\n').filter((line) => line.length > width)).toEqual([]);
  expect(screen).not.toMatch(/hush|key-that/);
  await expectScreen(`events/list-${width}`, screen);
});

describe('events show', () => {
  test.each(WIDTHS)('fits a terminal of %d columns', async (width) => {
    const host = await machine(width);
    expect(await main(host, ['events', 'show', 'msg_1', '--no-color'])).toBe(0);
    const lines = host.stdoutText.split('\n');
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(host.stdoutText).not.toMatch(/hush|key-that/);
    await expectScreen(`events-show-${width}`, host.stdoutText);
  });

  test('an unknown id is exit 2, with what to do', async () => {
    const host = await machine(80);
    expect(await main(host, ['events', 'show', 'msg_2'])).toBe(2);
    expect(host.stderrText).toContain('optipick events list');
  });

  test('has the same answers with --json', async () => {
    const host = await machine(80);
    await main(host, ['events', 'show', 'msg_1', '--json']);
    const { steps } = JSON.parse(host.stdoutText) as { steps: readonly { step: string; answer: unknown }[] };
    const answers = Object.fromEntries(steps.map(({ step, answer }) => [step, answer]));
    expect(answers).toMatchObject({
      show: null,
      exec: null,
      'forward http://127.0.0.1:3000/hooks': { status: 200, body: '{"ok":true,"key":"***"}\n', truncated: false },
      'forward http://127.0.0.1:3001/hooks': { status: 500, body: 'Error\n  at x', truncated: true },
    });
  });
});
