/** What a delivery owes is stored with it: a command and forwards are done by a listener that has them, whoever else runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/gate.ts';
import { deliver, payloadOf, startListener, type Line, type Listener } from '../support/listener.ts';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { startService } from '../support/webhook-service.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(() => workplace.remove());

const LONG = { timeoutMs: 120_000 };
const isEvent = ({ type }: Line): boolean => type === 'event';
const idsIn = (lines: readonly Line[]): readonly string[] => lines.map(({ id }) => String(id));
const shownBy = (listener: Listener): readonly string[] => idsIn(listener.lines().filter(isEvent));

const listen = (...args: readonly string[]): Promise<Listener> =>
  startListener(workplace, ['--no-fetch', ...args], LONG);

async function stop(listener: Listener): Promise<void> {
  listener.kill('SIGTERM');
  expect(await listener.ended).toMatchObject({ code: 143 });
}

async function deliverAll(listener: Listener, ids: readonly string[]): Promise<void> {
  const queue = ids.values();
  const worker = async (): Promise<void> => {
    for (const id of queue) {
      expect(await deliver(listener.url, { id, body: payloadOf('67507ad05e593173d0313e0f') })).toBe(204);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => `msg_${number + 1}`);

/** The ids of the lines that `cat >> <name>` has got. */
function linesOf(name: string): readonly string[] {
  const path = join(workplace.folder, name);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return idsIn(recordsOf(text));
}

function recordsOf(text: string): readonly Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

/** `{ show: 'done', exec: 'pending' }` */
async function stepsOf(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await workplace.run(['events', 'show', id, '--json']);
  const { steps } = JSON.parse(stdout) as { steps: readonly { step: string; state: string }[] };
  return Object.fromEntries(steps.map(({ step, state }) => [step, state]));
}

async function pending(): Promise<readonly string[]> {
  return idsIn(recordsOf((await workplace.run(['events', 'list', '--status', 'pending', '--json'])).stdout));
}

describe('A1: a command', () => {
  test('runs for each of 200 deliveries, while a listener without it works on the same state', async () => {
    await using having = await listen('--exec', 'cat >> ran');
    await using lacking = await listen();
    const ids = numbered(200);
    await deliverAll(having, ids);
    await until('200 commands', () => linesOf('ran').length >= 200);
    await until('nothing is pending', async () => (await pending()).length === 0);
    expect(linesOf('ran').toSorted()).toEqual(ids.toSorted());
    expect(new Set([...shownBy(having), ...shownBy(lacking)])).toEqual(new Set(ids));
    await stop(having);
    await stop(lacking);
  });

  test('that fails is owed until a listener has one that succeeds; one without any says so once', async () => {
    const three = numbered(3);
    await using failing = await listen('--exec', 'exit 1');
    await deliverAll(failing, three);
    await until('each has failed', () =>
      three.every((id) => failing.errors().includes(`${id}: exec: the command ended with 1`)),
    );
    await stop(failing);

    await using lacking = await listen();
    const owed =
      'warning: 3 deliveries owe a command that this listener does not have: start it with --exec, or run "optipick events discard"';
    await until('it says so', () => lacking.errors().includes(owed));
    const before = (await workplace.run(['events', 'show', 'msg_1'])).stdout;
    expect(before).toMatch(
      /^exec: pending after \d+ attempts?, next at .* \(exec: the command ended with 1\)\nshow: done after/m,
    );
    await deliverAll(lacking, ['msg_4']);
    await lacking.line(({ type, id }) => type === 'event' && id === 'msg_4');
    expect((await workplace.run(['events', 'show', 'msg_1'])).stdout).toBe(before);
    expect((await pending()).toSorted()).toEqual(three);
    await stop(lacking);
    expect(lacking.errors().split(owed).length - 1).toBe(1);

    await using having = await listen('--exec', 'cat >> ran');
    await until('what is owed is done', async () => (await pending()).length === 0);
    // What the listener without a command has accepted owes none.
    expect(linesOf('ran').toSorted()).toEqual(three);
    await stop(having);
    expect([await stepsOf('msg_1'), await stepsOf('msg_4')]).toEqual([
      { show: 'done', exec: 'done' },
      { show: 'done' },
    ]);
  });

  test('that is owed is dropped by events discard, and owed again after events replay', async () => {
    await using failing = await listen('--exec', 'exit 1');
    await deliverAll(failing, ['msg_1', 'msg_2']);
    await until('both have failed', () =>
      /msg_1: exec[^]*msg_2: exec|msg_2: exec[^]*msg_1: exec/.test(failing.errors()),
    );
    await stop(failing);
    const discarded = await workplace.run(['events', 'discard', '--pending']);
    expect([discarded.code, discarded.stdout.split('\n').toSorted()]).toEqual([0, ['', 'msg_1  exec', 'msg_2  exec']]);
    expect(await workplace.run(['events', 'discard', '--pending'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing to discard\n',
    } satisfies RunResult);
    expect(await stepsOf('msg_1')).toEqual({ show: 'done', exec: 'discarded' });

    await using having = await listen('--exec', 'cat >> ran');
    await deliverAll(having, ['msg_3']);
    await until('the command has run', () => linesOf('ran').length > 0);
    expect(linesOf('ran')).toEqual(['msg_3']);
    const replayed = await workplace.run(['events', 'replay', 'msg_1', 'msg_2']);
    expect([replayed.code, replayed.stdout.split('\n').toSorted(), replayed.stderr]).toEqual([
      0,
      ['', 'msg_1  done  by the listener', 'msg_2  done  by the listener'],
      '',
    ]);
    expect(linesOf('ran').toSorted()).toEqual(['msg_1', 'msg_2', 'msg_3']);
    expect(shownBy(having).toSorted()).toEqual(['msg_1', 'msg_2', 'msg_3']);
    await stop(having);
  });

  test('does not run for events replay --forward-to, which sends to that target alone', async () => {
    const answers = ((_request, response) => void response.writeHead(204).end()) satisfies Parameters<
      typeof startService
    >[0];
    await using one = await startService(answers);
    await using other = await startService(answers);
    await using listener = await listen('--exec', 'cat >> ran', '-f', one.url, '-f', other.url);
    await deliverAll(listener, ['msg_1']);
    await until('all is done', async () => linesOf('ran').length === 1 && (await pending()).length === 0);
    const replayed = await workplace.run(['events', 'replay', 'msg_1', '-f', other.url]);
    expect(replayed).toEqual({ code: 0, stdout: `msg_1  forwarded  ${other.url} answered 204\n`, stderr: '' });
    expect(await stepsOf('msg_1')).toEqual({
      show: 'done',
      exec: 'done',
      [`forward ${one.url}`]: 'done',
      [`forward ${other.url}`]: 'done',
    });
    await stop(listener);
    expect([one.seen.length, other.seen.length, linesOf('ran'), shownBy(listener)]).toEqual([
      1,
      2,
      ['msg_1'],
      ['msg_1'],
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('A9: a command that does not end', () => {
  /** Those that the command has written down. */
  const pids = (): readonly string[] => {
    const path = join(workplace.folder, 'pids');
    return existsSync(path)
      ? readFileSync(path, 'utf8')
          .split(/\s+/)
          .filter((pid) => pid !== '')
      : [];
  };
  const isRunning = (pid: string): boolean => {
    const state = spawnSync('ps', ['-o', 'stat=', '-p', pid]).stdout.toString().trim();
    // Where nobody waits for orphans, what has ended stays as a zombie.
    return state !== '' && !state.startsWith('Z');
  };
  afterEach(() => {
    for (const pid of pids().filter(isRunning)) process.kill(Number(pid), 'SIGKILL');
  });

  test('holds up neither the lines of 40 deliveries nor their forwards, and ends with the listener', async () => {
    await using target = await startService((_request, response) => void response.writeHead(204).end());
    await using listener = await listen('--exec', 'echo $$ >> pids; exec sleep 600', '-f', target.url);
    const ids = numbered(40);
    await deliverAll(listener, ids);
    await until('all lines', () => shownBy(listener).length >= 40);
    await until('all forwards', () => target.seen.length >= 40);
    expect(new Set(shownBy(listener))).toEqual(new Set(ids));
    expect(new Set(target.seen.map(({ headers }) => headers['svix-id']))).toEqual(new Set(ids));
    expect((await pending()).length).toBe(40);
    await until('all places are taken', () => pids().length >= 16);
    await stop(listener);
    expect(pids().filter(isRunning)).toEqual([]);
  });

  test('has failed after --exec-timeout, and what it has started is ended with it', async () => {
    const command = "trap '' TERM; sleep 600 & echo $$ $! >> pids; wait; sleep 600";
    await using listener = await listen('--exec', command, '--exec-timeout', '1s');
    await deliverAll(listener, ['msg_1']);
    await until('it has failed', () =>
      listener
        .errors()
        .includes('warning: msg_1: exec: the command did not end within 1 s (--exec-timeout); retrying in'),
    );
    const first = pids().slice(0, 2);
    expect(first.length).toBe(2);
    await until('no process is left', () => first.every((pid) => !isRunning(pid)));
    await stop(listener);
    expect(await stepsOf('msg_1')).toEqual({ show: 'done', exec: 'pending' });
  });
});
