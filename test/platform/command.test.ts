import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { execCommand } from '../../src/platform/command.ts';
import { sourceUrl, startChild } from '../support/child.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const PATH = process.env['PATH'];

describe.skipIf(process.platform === 'win32')('a command line', () => {
  const run = (command: string, signal?: AbortSignal, input = 'a line\n') =>
    execCommand(command, { input, env: { PATH, MARK: 'here' }, signal }, process.platform);

  test('gets its input and the environment that is given to it, and no other', async () => {
    await using folder = await createTestFolder();
    const out = folder.at('out');
    expect(await run(`cat > ${out}; echo "$MARK:$HOME" >> ${out}`)).toEqual({ code: 0, signal: undefined });
    expect(await readFile(out, 'utf8')).toBe('a line\nhere:\n');
  });

  test('tells how it ended', async () => {
    expect(await run('exit 3')).toEqual({ code: 3, signal: undefined });
    expect(await run('kill -KILL $$')).toEqual({ code: undefined, signal: 'SIGKILL' });
    expect((await run('no-such-command-anywhere 2> /dev/null')).code).toBe(127);
  });

  test('need not read what it is given, however long', async () => {
    expect(await run('exit 0', undefined, 'x'.repeat(1_000_000))).toEqual({ code: 0, signal: undefined });
  });

  test('is ended with all that it has started', async () => {
    await using folder = await createTestFolder();
    const abort = new AbortController();
    const running = run(`sh -c 'echo $$ > ${folder.at('pid')}; sleep 60' & wait`, abort.signal);
    const pid = async (): Promise<number> => Number(await readFile(folder.at('pid'), 'utf8').catch(() => '0'));
    await expect.poll(pid).toBeGreaterThan(0);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(running).rejects.toBe(reason);
    const child = await pid();
    await expect
      .poll(() => {
        try {
          return process.kill(child, 0);
        } catch {
          return 'gone';
        }
      })
      .toBe('gone');
  });

  test('that does not listen is ended all the same', async () => {
    await using folder = await createTestFolder();
    const abort = new AbortController();
    const running = run(`trap "" TERM; echo ready > ${folder.at('ready')}; while :; do sleep 1; done`, abort.signal);
    const ready = async (): Promise<string> => readFile(folder.at('ready'), 'utf8').catch(() => '');
    await expect.poll(ready).toBe('ready\n');
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  test('of twenty at once is no reason for Node to warn', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', onWarning);
    const before = process.listenerCount('exit');
    await Promise.all(Array.from({ length: 20 }, () => run('sleep 0.2')));
    process.off('warning', onWarning);
    expect([warnings, process.listenerCount('exit') - before]).toEqual([
      [],
      expect.toSatisfy((more) => Number(more) <= 1),
    ]);
  });

  test('is not begun after an abort', async () => {
    await expect(run('exit 0', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });
});

describe.skipIf(process.platform === 'win32')('Windows: --exec', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Its `taskkill`, as a script of the shell that logs what it was asked to do before it does it. */
  async function windowsWith(folder: TestFolder, taskkill: string): Promise<void> {
    vi.stubEnv('SystemRoot', folder.path);
    await mkdir(folder.at('System32'));
    await writeFile(
      folder.at('System32/taskkill.exe'),
      `#!/bin/sh\necho "$*" >> '${folder.at('asked')}'\n${taskkill}\n`,
    );
    await chmod(folder.at('System32/taskkill.exe'), 0o755);
  }

  /** A shell and what it has started: their process ids, and the end of the whole. */
  async function started(folder: TestFolder, signal: AbortSignal) {
    const command = `sh -c 'echo $$ > ${folder.at('inner')}; exec sleep 60' & echo $$ > ${folder.at('shell')}; wait`;
    const ended = execCommand(command, { input: '', env: { PATH }, signal }, 'win32');
    ended.catch(() => undefined);
    const pid = async (name: string): Promise<number> =>
      Number(await readFile(folder.at(name), 'utf8').catch(() => '0'));
    await expect.poll(() => pid('shell')).toBeGreaterThan(0);
    await expect.poll(() => pid('inner')).toBeGreaterThan(0);
    return { ended, shell: await pid('shell'), inner: await pid('inner') };
  }

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test('ends the command and what it has started, by taskkill /T /F', async () => {
    await using folder = await createTestFolder();
    // The tree: the inner process first, as only its parent leads to it.
    await windowsWith(folder, 'pkill -KILL -P "$2"; kill -KILL "$2"');
    const abort = new AbortController();
    const { ended, shell, inner } = await started(folder, abort.signal);
    abort.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    await expect.poll(() => [isAlive(shell), isAlive(inner)]).toEqual([false, false]);
    expect(await readFile(folder.at('asked'), 'utf8')).toBe(`/PID ${shell} /T /F\n`);
  });

  test.each([
    ['cannot do it', 'exit 128'],
    ['is not there', undefined],
  ])('ends at least the shell where taskkill %s', async (_, script) => {
    await using folder = await createTestFolder();
    if (script === undefined) vi.stubEnv('SystemRoot', folder.at('none'));
    else await windowsWith(folder, script);
    const abort = new AbortController();
    const { ended, shell, inner } = await started(folder, abort.signal);
    abort.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    expect(isAlive(shell)).toBe(false);
    process.kill(inner, 'SIGKILL');
  });

  test('leaves nothing running when optipick itself is cut off', async () => {
    await using folder = await createTestFolder();
    await windowsWith(folder, 'pkill -KILL -P "$2"; kill -KILL "$2"');
    const child = startChild(
      `import { execCommand } from ${JSON.stringify(sourceUrl('src/platform/command.ts'))};
      process.env.SystemRoot = process.argv[1];
      const command = "sleep 60 & echo $! > " + process.argv[1] + "/inner; wait";
      void execCommand(command, { input: '', env: process.env }, 'win32');
      process.stdin.once('data', () => process.exit(0));
      console.log('running');`,
      folder.path,
    );
    await child.said('running');
    const inner = async (): Promise<number> => Number(await readFile(folder.at('inner'), 'utf8').catch(() => '0'));
    await expect.poll(inner).toBeGreaterThan(0);
    child.process.stdin?.write('end\n');
    await child.ended;
    const pid = await inner();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
