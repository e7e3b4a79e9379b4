import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { execCommand } from '../../src/platform/command.ts';
import { createTestFolder } from '../support/folder.ts';

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
