/** What only a real terminal shows: echo, keys, colours, width. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { HAS_TERMINAL, startCommandOnTerminal, startOnTerminal } from '../support/terminal.ts';

const KEY = 'key-0123456789abcdefghij';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = '67507ad05e593173d0313e0f';
const ANSWER = await readFile(join(import.meta.dirname, '../fixtures/example-cluster-response.json'), 'utf8');

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

// Without util-linux's `script` there is no terminal to be had.
describe.runIf(HAS_TERMINAL)('login', () => {
  test('shows stars for the key and the secret, typed or pasted, and checks the key at once', async () => {
    await using server = await startScriptedServer(({ headers }) => ({
      status: headers['x-api-key'] === KEY ? 404 : 403,
    }));
    const terminal = startOnTerminal(workplace, ['login'], {
      env: { OPTIPICK_BASE_URL: server.url, NO_COLOR: '1' },
      columns: 50,
    });
    await terminal.shows('API key: ');
    terminal.type('a-wrong-key\r');
    await terminal.shows('API key: ***********\nerror: ');
    await terminal.shows('created for');
    await terminal.shows('?\nAPI key: ');
    // Backspace, Ctrl-U, and then the key as a bracketed paste.
    terminal.type('abc\u007f\u0015\u001b[200~');
    terminal.type(`${KEY}\u001b[201~\r`);
    await terminal.shows('Webhook secret (whsec_...): ');
    // Longer than the line: the terminal could not rub out what it has wrapped.
    terminal.type(`${SECRET}xx\u007f\u007f`);
    terminal.type('\r');
    expect(await terminal.ended).toBe(0);
    const [before = '', after = ''] = terminal.screen.split(`?\nAPI key: `);
    expect(before).toContain('API key: ***********\nerror: ');
    expect(linesShown(after)).toEqual([
      '*'.repeat(KEY.length),
      `the key was accepted by ${server.url}`,
      'stored in profile "default": api-key ke…ij',
      `Webhook secret (whsec_...): ${'*'.repeat(21)}`,
      'stored in profile "default": webhook-secret',
      'whsec_Mf…Sw',
      'hint: try:',
      '      optipick cluster submit wave.json --wait',
      '',
    ]);
    expect(terminal.screen).not.toMatch(/a-wrong|abc|key-0|MfKQ/);
    expect(JSON.parse(await readFile(join(workplace.folder, 'config/config.json'), 'utf8'))).toEqual({
      profiles: { default: { 'api-key': KEY, 'webhook-secret': SECRET } },
    });
  });

  test('is ended by Ctrl-C with exit 130, and nothing is stored', async () => {
    const terminal = startOnTerminal(workplace, ['login'], { env: { NO_COLOR: '1' } });
    await terminal.shows('API key: ');
    terminal.type('half-a-key\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen).toBe(
      `API keys: https://optipick.optioryx.com/settings > API Keys. Enter skips a question.
API key: **********
`,
    );
    await expect(readFile(join(workplace.folder, 'config/config.json'))).rejects.toThrow('ENOENT');
  });
});

describe.runIf(HAS_TERMINAL)('config set api-key', () => {
  test('shows stars for the key', async () => {
    const terminal = startOnTerminal(workplace, ['config', 'set', 'api-key'], { env: { NO_COLOR: '1' } });
    await terminal.shows('api-key: ');
    terminal.type(`${KEY}x\u007f\r`);
    expect(await terminal.ended).toBe(0);
    expect(linesShown(terminal.screen)).toEqual([
      `api-key: ${'*'.repeat(KEY.length)}`,
      'stored api-key in profile "default"',
      '',
    ]);
  });
});

/** The lines as they look after backspaces. */
function linesShown(screen: string): readonly string[] {
  return screen.split('\n').map((line) => {
    let shown = '';
    let column = 0;
    for (const character of line) {
      if (character === '\b') column -= 1;
      else {
        shown = shown.slice(0, column) + character + shown.slice(column + 1);
        column += 1;
      }
    }
    return shown.trimEnd();
  });
}

describe.runIf(HAS_TERMINAL).each([
  ['login', 'API key: ', ['login']],
  ['config set', 'api-key: ', ['config', 'set', 'api-key']],
  ['config set of what is no secret', 'base-url: ', ['config', 'set', 'base-url']],
])('a question of %s', (_, question, args) => {
  // A signal of another process: Ctrl-C is only a key there.
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is ended by %s, and gives the terminal back', async (signal, code) => {
    const script = `echo $$ > pid; exec '${process.execPath}' '${PROGRAM}' ${args.join(' ')}`;
    const terminal = startCommandOnTerminal(workplace, ['/bin/sh', '-c', script], { env: { NO_COLOR: '1' } });
    await terminal.shows(question);
    process.kill(Number(await readFile(join(workplace.folder, 'pid'), 'utf8')), signal);
    expect(await terminal.ended).toBe(code);
    // Without the line end it was cut off in the middle of the question, after all the time that it is given.
    expect(terminal.screen.endsWith(`${question}\n`)).toBe(true);
  });
});

describe.runIf(HAS_TERMINAL)('an answer on a terminal', () => {
  test('is coloured and fits 60 columns', async () => {
    const long = ANSWER.replaceAll('cluster_', 'a cluster of the northern hall with a long name ');
    await using server = await startScriptedServer([{ body: long, headers: { 'content-type': 'application/json' } }]);
    const terminal = startOnTerminal(workplace, ['cluster', 'get', ID], {
      columns: 60,
      env: { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url },
    });
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).toContain('\u001b[1mCluster\u001b[22m');
    const lines = stripVTControlCharacters(terminal.screen).split('\n');
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.filter((line) => line.startsWith('a cluster of')).length).toBe(3);
    expect(lines).toContain('distance  139 m -> 84.0 m');
  });

  test.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1', FORCE_COLOR: '3' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])('has no color with %s', async (_name, args, env) => {
    await using server = await startScriptedServer([{ body: ANSWER }]);
    const terminal = startOnTerminal(workplace, ['cluster', 'get', ID, ...args], {
      env: { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url, ...env },
    });
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).toContain(`Cluster · Example · ${ID}\n`);
    expect(terminal.screen).not.toMatch(/\u001b|Warning/);
  });

  test('waits with a spinner, and leaves no trace of it', async () => {
    let seen = false;
    await using server = await startScriptedServer(() =>
      seen ? { body: ANSWER } : { body: { request_id: ID, status: 'RUNNING' } },
    );
    const terminal = startOnTerminal(workplace, ['poll', ID, '--kind', 'cluster', '--interval', '100ms'], {
      env: { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url },
    });
    await terminal.shows(`waiting for ${ID} (RUNNING)`);
    seen = true;
    expect(await terminal.ended).toBe(0);
    // Hidden while it turns, and shown again.
    expect(terminal.screen).toContain('\u001b[?25l');
    expect(terminal.screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.screen.lastIndexOf('\u001b[?25l'));
    expect(terminal.screen.lastIndexOf('waiting for')).toBeLessThan(terminal.screen.indexOf('139 m'));
  });
});
