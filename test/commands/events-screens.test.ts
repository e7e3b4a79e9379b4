/** `events` as people see it: deliveries, and the steps of one, each with the last answer of its target. */
import { describe, expect, test } from 'vitest';
import { main } from '../../src/app/main.ts';
import { createInbox } from '../../src/context/inbox-services.ts';
import { stateFolder } from '../../src/settings/paths.ts';
import { EXEC, forwardStep, SHOW } from '../../src/state/delivery-steps.ts';
import type { StepOutcome } from '../../src/state/inbox.ts';
import { createFakeHost, type FakeHost } from '../support/fake-host.ts';
import { jsonResponse, TransportError, type Http } from '../../src/lib/net/http.ts';
import { expectScreen, screenOfRuns, WIDTHS } from '../support/screens.ts';
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

const answerTo = (requestId: string) => ({
  type: 'CLUSTER',
  request_id: requestId,
  site_name: 'Distribution Center Aalst',
  wave_id: 'W-2026-11-29-EARLY',
  unit: 'cm',
  asis_distance: 428_000,
  optimal_distance: 258_512,
  computation_time: 125.4,
  optimal_clusters: [{ list_id: 'cluster_0', order_ids: ['O1'], estimated_distance: 258_512, picks: [] }],
});
const FETCHED = '67507ad05e593173d0313e00';
const FAILED = '67507ad05e593173d0313e01';
const RUNNING = '67507ad05e593173d0313e02';
const MISSING = '67507ad05e593173d0313e03';

/** The API, which gives each request an id of its own, and two services of the user, of which one fails. */
function world(): Http {
  const ids = [FETCHED, FAILED, RUNNING, MISSING];
  return async ({ method, url }) => {
    if (url.includes(':3000')) return jsonResponse(200, { ok: true });
    if (url.includes(':3001')) return jsonResponse(500, { detail: 'out of order' });
    if (url.includes(':3002')) throw new TransportError('refused', `nothing listens at ${url}`, { sent: false });
    if (method === 'POST') return jsonResponse(200, { request_id: ids.shift() });
    if (url.includes('/route/')) return jsonResponse(404, { detail: 'Not found' });
    const id = url.slice(-FETCHED.length);
    if (id === FETCHED) return jsonResponse(200, answerTo(id));
    if (id === FAILED) return jsonResponse(200, { ...answerTo(id), error: 'no plan within the limits of this site' });
    return id === RUNNING ? jsonResponse(202, {}) : jsonResponse(404, { detail: 'Not found' });
  };
}

function workshop(columns: number): FakeHost {
  const env = { OPTIPICK_API_KEY: KEY, NO_COLOR: '1' };
  const request = '{"site_name":"Example","picks":[{"pick_id":"p1","location_id":"A01","order_id":"O1"}]}';
  const terminal = { stdout: true, stderr: true };
  return createFakeHost({ columns, env, terminal, http: world(), files: { 'wave.json': request } });
}

/** Runs commands one after the other on one machine, each as it is seen. */
async function screensOf(host: FakeHost, columns: number, lines: readonly (readonly string[])[]): Promise<string> {
  const texts: string[] = [];
  for (const argv of lines) {
    const [out, err] = [host.stdoutText.length, host.stderrText.length];
    const code = await main(host, argv);
    const ended = { code, stdout: host.stdoutText.slice(out), stderr: host.stderrText.slice(err) };
    texts.push(`$ optipick ${argv.join(' ')}\n${screenOfRuns([ended], columns)}`);
  }
  return texts.join('\n');
}

test.each(WIDTHS)('events replay fits a terminal of %d columns, whatever comes of it', async (columns) => {
  const host = workshop(columns);
  const inbox = createInbox(host, stateFolder(host), SCOPE);
  const at = host.clock.now();
  for (const [name, requestId, steps] of [
    ['shown', FETCHED, [SHOW]],
    ['failed', FAILED, [SHOW]],
    ['missing', MISSING, [SHOW]],
    ['forwarded', FETCHED, [SHOW, GOOD]],
  ] as const) {
    const id = `msg_2fYkXyZ0123456789${name}`;
    await inbox.accept(deliveryOf({ id, receivedAt: at, requestId, headers: [['svix-id', id]] }), steps);
    await inbox.claim({ owner: 'me', limits: Object.fromEntries(steps.map((step) => [step, 1])), now: at });
    for (const step of steps) {
      const outcome = name === 'forwarded' ? { status: 'failed', at, error: 'answered 500' } : { status: 'done', at };
      await inbox.settle(await keyOf(inbox, id, step), 'me', outcome as StepOutcome);
    }
  }
  const replay = ['events', 'replay'];
  const screen = await screensOf(host, columns, [
    [...replay, 'msg_2fYkXyZ0123456789shown', '-f', 'http://127.0.0.1:3000/hooks'],
    [...replay, '--since', '1h', '-f', 'http://127.0.0.1:3001/hooks?token=hush-hush'],
    [...replay, FETCHED, '-f', '3002'],
    [...replay, 'msg_2fYkXyZ0123456789shown'],
    [...replay, 'msg_2fYkXyZ0123456789failed'],
    [...replay, 'msg_2fYkXyZ0123456789missing'],
    [...replay, '--failed', '--timeout', '1s'],
    [...replay, 'msg_9'],
    replay,
  ]);
  expect(screen.replaceAll(/^\$.*/gm, '')).not.toMatch(/hush|key-that/);
  await expectScreen(`events/replay-${columns}`, screen);
});

test.each(WIDTHS)('events sync fits a terminal of %d columns, whatever it finds', async (columns) => {
  const host = workshop(columns);
  const submit = ['cluster', 'submit', 'wave.json'];
  expect(await main(host, submit)).toBe(0);
  const caughtUp = await screensOf(host, columns, [['events', 'sync']]);
  for (const _ of [FAILED, RUNNING, MISSING]) expect(await main(host, submit)).toBe(0);
  await expectScreen(`events/sync-${columns}`, `${caughtUp}\n${await screensOf(host, columns, [['events', 'sync']])}`);
});
