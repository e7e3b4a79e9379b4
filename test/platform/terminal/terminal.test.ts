import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createTerminal, type TerminalInput } from '../../../src/platform/terminal/terminal.ts';
import { sourceUrl } from '../../support/child.ts';

/** A keyboard and a screen; the keys are typed when the question is there. */
function createDesk({ isTTY = true } = {}) {
  const keyboard = Object.assign(new PassThrough(), {
    isTTY,
    raw: [] as boolean[],
    setRawMode(on: boolean) {
      keyboard.raw.push(on);
    },
  });
  const screen = {
    isTTY,
    columns: undefined as number | undefined,
    rows: undefined,
    text: '',
    write: async (chunk: string | Uint8Array) => void (screen.text += Buffer.from(chunk).toString()),
  };
  const terminal = createTerminal({
    input: () => keyboard as unknown as TerminalInput,
    output: screen,
    spinnerStream: () => {
      throw new Error('there is nothing to draw on');
    },
  });
  return { keyboard, screen, terminal };
}

describe('a question', () => {
  test('is asked, and what is typed is seen', async () => {
    const { keyboard, screen, terminal } = createDesk();
    const answer = terminal.ask('Name: ');
    keyboard.write('anx\u007Fn\r');
    expect([await answer, screen.text, keyboard.raw]).toEqual(['ann', 'Name: anx\b \bn\n', [true, false]]);
  });

  test('of a secret shows stars for the answer, whatever is taken back', async () => {
    const { keyboard, screen, terminal } = createDesk();
    const answer = terminal.ask('Key: ', { hidden: true });
    for (const keys of ['abc', '\u007F', '\u0015', 'secret', '\r']) {
      keyboard.write(keys);
      await new Promise(setImmediate);
    }
    const shown = `Key: ***\b \b\b \b\b \b******\n`;
    expect([await answer, screen.text, keyboard.raw]).toEqual(['secret', shown, [true, false]]);
  });

  test('of a secret shows no more stars than the line holds, as none could be rubbed out that is wrapped', async () => {
    const { keyboard, screen, terminal } = createDesk();
    screen.columns = 10;
    const answer = terminal.ask('Key: ', { hidden: true });
    for (const keys of ['a long secret', '\u007F\u007F', '\u0017', '\r']) {
      keyboard.write(keys);
      await new Promise(setImmediate);
    }
    expect([await answer, screen.text]).toEqual(['a long ', 'Key: ****\n']);
  });

  test('finds its answer in what was pasted after that of the one before', async () => {
    const { keyboard, screen, terminal } = createDesk();
    const first = terminal.ask('Key: ', { hidden: true });
    keyboard.write('one\r\ntwo\r\n');
    expect([await first, await terminal.ask('Secret: ', { hidden: true }), screen.text]).toEqual([
      'one',
      'two',
      'Key: ***\nSecret: ***\n',
    ]);
  });

  test('ends with the signal that it is given, and the keyboard is as before', async () => {
    const { keyboard, screen, terminal } = createDesk();
    const stop = new AbortController();
    const answer = terminal.ask('Key: ', { hidden: true, signal: stop.signal });
    keyboard.write('half');
    stop.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
    expect([screen.text, keyboard.raw, keyboard.listenerCount('data')]).toEqual(['Key: ****\n', [true, false], 0]);
  });

  test('is not asked after the signal', async () => {
    const { keyboard, screen, terminal } = createDesk();
    const answer = terminal.ask('Key: ', { signal: AbortSignal.abort(new Error('too late')) });
    await expect(answer).rejects.toThrow('too late');
    expect([screen.text, keyboard.raw]).toEqual(['', []]);
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('ends with %s, and the keyboard is as before', async (_, key) => {
    const { keyboard, screen, terminal } = createDesk();
    const answer = terminal.ask('Key: ', { hidden: true });
    keyboard.write(key);
    await expect(answer).rejects.toMatchObject({ failure: 'interrupted' });
    expect([screen.text, keyboard.raw, keyboard.listenerCount('data')]).toEqual(['Key: \n', [true, false], 0]);
  });

  test('ends when the terminal goes away', async () => {
    const { keyboard, terminal } = createDesk();
    const answer = terminal.ask('Key: ');
    keyboard.end();
    await expect(answer).rejects.toMatchObject({ failure: 'interrupted' });
  });

  test('cannot be asked without a terminal', async () => {
    const { screen, terminal } = createDesk({ isTTY: false });
    await expect(terminal.ask('Key: ')).rejects.toMatchObject({ failure: 'usage', code: 'not_interactive' });
    expect(screen.text).toBe('');
  });
});

test.each([
  ['without a terminal', false],
  ['on a terminal that does not know its width', true],
])('a spinner is silent %s', async (_, isTTY) => {
  const { screen, terminal } = createDesk({ isTTY });
  const spinner = await terminal.spinner('waiting');
  spinner.text('still waiting');
  spinner.stop();
  expect(screen.text).toBe('');
});

const SCRIPT = '/usr/bin/script';

/** Runs code on a real terminal that `script` makes, and types each answer when its question is there. */
function onTerminal(code: string, dialogue: readonly (readonly [question: string, keys: string])[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(SCRIPT, ['-qec', 'stty cols 80; "$NODE" --input-type=module --eval "$CODE"', '/dev/null'], {
      env: { PATH: process.env['PATH'], TERM: 'xterm', NODE: process.execPath, CODE: code },
    });
    let screen = '';
    let answered = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      const [question, keys] = dialogue[answered] ?? [];
      if (question === undefined || keys === undefined || !screen.endsWith(question)) return;
      answered += 1;
      child.stdin.write(keys);
    });
    child.once('error', reject);
    child.once('close', () => resolve(screen));
  });
}

const HOST = `
  import { createRealHost } from ${JSON.stringify(sourceUrl('src/platform/real-host.ts'))};
  const host = createRealHost();
`;

describe.runIf(process.platform === 'linux' && existsSync(SCRIPT))('a real terminal', () => {
  test('shows an answer, but of a secret stars, and leaves the process free to end', async () => {
    const code = `${HOST}
      const name = await host.terminal.ask('Name? ');
      const key = await host.terminal.ask('Key? ', { hidden: true });
      await host.stdout.write(name + ' has a key of ' + key.length + '\\n');
    `;
    const screen = await onTerminal(code, [
      ['Name? ', 'ann\r'],
      ['Key? ', 'top-secret\r'],
    ]);
    expect(screen.replaceAll('\r\n', '\n')).toBe('Name? ann\nKey? **********\nann has a key of 10\n');
  });

  test('is interrupted by Ctrl-C while it asks', async () => {
    const code = `${HOST}
      await host.terminal.ask('Key? ', { hidden: true }).catch((error) => host.stdout.write(error.failure + '\\n'));
    `;
    expect((await onTerminal(code, [['Key? ', 'abc\u0003']])).replaceAll('\r\n', '\n')).toBe('Key? ***\ninterrupted\n');
  });

  test('shows a spinner, clears it, and still takes keys', async () => {
    const code = `${HOST}
      const spinner = await host.terminal.spinner('waiting for it');
      await host.clock.sleep(200);
      spinner.text('nearly there');
      await host.clock.sleep(200);
      spinner.stop();
      await host.stdout.write(await host.terminal.ask('Go on? '));
    `;
    const screen = await onTerminal(code, [['Go on? ', 'y\r']]);
    expect(screen).toContain('waiting for it');
    expect(screen).toContain('nearly there');
    // The line is cleared, and the cursor shown again, before the question.
    expect(screen).toMatch(/\u001B\[0K\u001B\[\?25hGo on\? y\r\ny/);
  });
});
