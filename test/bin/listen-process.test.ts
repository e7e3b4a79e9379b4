/** `optipick listen` as a process among others: as the first one of a container, with odd streams, and with odd children. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver, payloadOf, SECRET } from '../support/listener.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';

let workplace: Workplace;
const running: ChildProcess[] = [];
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await workplace.remove();
});

const LISTEN = ['listen', '--json', '--port', '0', '--no-fetch'] as const;

interface Started {
  readonly child: ChildProcess;
  /** The first line that came on stdout. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** With the stdin that is given, and its output through pipes. */
function start(command: string, args: readonly string[], stdin: 'pipe' | 'ignore' = 'ignore'): Started {
  const child = spawn(command, args, {
    cwd: workplace.folder,
    env: { ...workplace.env, OPTIPICK_WEBHOOK_SECRET: SECRET },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const ready = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) resolve(JSON.parse(stdout.split('\n')[0] ?? '') as Readonly<Record<string, unknown>>);
    });
    void ended.then((end) => reject(new Error(`it ended without a line: ${JSON.stringify(end)}`)));
  });
  // Not every test waits for that line.
  ready.catch(() => undefined);
  return { child, ready, ended };
}

const linesOf = (stdout: string): readonly unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: unknown }).type);

/** A namespace of processes of its own needs Linux and the right to make one. */
const UNSHARE = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
const canUnshare = process.platform === 'linux' && spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

describe.skipIf(!canUnshare)('as process 1 of a container, which signals do not end by themselves', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s: exit %i, with its last line', async (signal, code) => {
    const { child, ready, ended } = start('unshare', [...UNSHARE, process.execPath, PROGRAM, ...LISTEN]);
    const { url } = await ready;
    expect(await deliver(String(url), { id: 'msg_1', body: payloadOf('r1') })).toBe(204);
    const inner = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    expect(await readFile(`/proc/${inner.trim()}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
    process.kill(Number(inner), signal);
    const end = await ended;
    expect([end.code, linesOf(end.stdout).at(-1)]).toEqual([code, 'closed']);
  });
});

describe.skipIf(process.platform === 'win32')('its stdin', () => {
  test.each<[string, () => Started]>([
    ['that says nothing and stays open', () => start(process.execPath, [PROGRAM, ...LISTEN], 'pipe')],
    ['that is closed', () => start('sh', ['-c', 'exec "$0" "$@" <&-', process.execPath, PROGRAM, ...LISTEN])],
    ['at its end', () => start(process.execPath, [PROGRAM, ...LISTEN])],
    ['that is a folder', () => start('sh', ['-c', 'exec "$0" "$@" </', process.execPath, PROGRAM, ...LISTEN])],
  ])('%s neither ends nor holds up a listener', async (_, begin) => {
    const { child, ready, ended } = begin();
    const { url } = await ready;
    expect(await deliver(String(url), { id: 'msg_1', body: payloadOf('r1') })).toBe(204);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect([code, linesOf(stdout).at(-1)]).toEqual([143, 'closed']);
  });
});

describe.runIf(process.platform === 'linux')('a full disk under its stdout', () => {
  test('is exit 7 with the reason, at once', async () => {
    const { code, stderr } = await start('sh', [
      '-c',
      'exec "$0" "$@" >/dev/full',
      process.execPath,
      PROGRAM,
      ...LISTEN,
    ]).ended;
    expect({ code, stderr: (JSON.parse(stderr) as { error: unknown }).error }).toEqual({
      code: 7,
      stderr: expect.objectContaining({
        message: expect.stringContaining('no space left on device') as unknown,
      }) as unknown,
    });
  });

  test('and under its stderr alone: it goes on', async () => {
    const script = 'exec "$0" "$@" 2>/dev/full';
    const { child, ready, ended } = start('sh', ['-c', script, process.execPath, PROGRAM, ...LISTEN]);
    const { url } = await ready;
    expect(
      await deliver(String(url), {
        id: 'msg_1',
        body: payloadOf('r1'),
        secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      }),
    ).toBe(401);
    expect(await deliver(String(url), { id: 'msg_1', body: payloadOf('r1') })).toBe(204);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 143 });
  });
});

describe.skipIf(process.platform === 'win32')('--exec whose command leaves a process behind', () => {
  test('that holds its pipes, is done when it ends, and holds up neither the next one nor the end', async () => {
    const script = 'cat >/dev/null; sleep 600 & echo $! >> pids';
    const { child, ready } = start(process.execPath, [PROGRAM, ...LISTEN, '--exec', script]);
    // What is left behind holds its stderr, too: only the process itself can be seen to end.
    const ended = once(child, 'exit');
    const { url } = await ready;
    const states = async (): Promise<readonly string[]> =>
      (await workplace.run(['events', 'list', '--json'])).stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { status: string }).status);
    for (const [id, done] of [
      ['msg_1', ['done']],
      ['msg_2', ['done', 'done']],
    ] as const) {
      expect(await deliver(String(url), { id, body: payloadOf(id) })).toBe(204);
      await expect.poll(states, { timeout: 20_000 }).toEqual(done);
    }
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    const left = (await readFile(join(workplace.folder, 'pids'), 'utf8')).trim().split('\n').map(Number);
    expect(left).toHaveLength(2);
    left.forEach(endIfThere);
  });
});

/** What is left of the test itself; the listener may have ended it. */
function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
