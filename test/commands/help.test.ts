import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { HELP_TOPICS } from '../../src/commands/help-topics.ts';
import { run } from '../support/run.ts';

/** The commands that a help text lists, as its own words. */
function commandsIn(help: string): readonly string[] {
  const list = /\nCommands:\n((?: {2}.*\n)+)/.exec(help)?.[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** Every command, found as a user finds them: by reading help. */
async function allCommands(path: readonly string[] = []): Promise<readonly (readonly string[])[]> {
  const { stdout } = await run([...path, '--help']);
  const below = await Promise.all(commandsIn(stdout).map((name) => allCommands([...path, name])));
  return [...(path.length === 0 ? [] : [path]), ...below.flat()];
}

const COMMANDS = await allCommands();

describe('the help', () => {
  test('finds all commands', () => {
    const found = COMMANDS.map((path) => path.join(' '));
    for (const name of [
      'route submit',
      'route get',
      'cluster submit',
      'cluster get',
      'poll',
      'diff',
      'sandbox',
      'demo',
      'login',
      'config set',
      'config get',
      'config unset',
      'config list',
      'config path',
      'help',
    ]) {
      expect(found).toContain(name);
    }
  });

  for (const path of COMMANDS) {
    const name = path.join(' ');

    test(`of ${name} has usage, purpose, options, three examples and exit codes`, async () => {
      const { ended } = await run([...path, '--help']);
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
      const [usage, blank, purpose] = ended.stdout.split('\n');
      expect(usage).toMatch(new RegExp(`^Usage: optipick ${name} `));
      expect(blank).toBe('');
      expect(purpose).toMatch(/^[A-Z].*\w/);
      expect(ended.stdout).toMatch(/\nOptions:\n(?: {2}.*\n)*? {2}-h, --help/);
      expect(ended.stdout).toMatch(/\nGlobal Options:\n(?: {2}.*\n)*? {2}--json/);
      const examples = ended.stdout.split('\nExamples:\n')[1] ?? '';
      expect(examples.match(/^ {2}\$ .*\boptipick /gm)?.length).toBeGreaterThanOrEqual(3);
      expect(examples.match(/^ {2}# \S/gm)?.length).toBeGreaterThanOrEqual(3);
      expect(ended.stdout).toMatch(/\nExit codes:\n {2}0 {2,}ok\n/);
      const known = new Set<number>([0, ...Object.values(EXIT_CODES)]);
      const codes = [...(ended.stdout.split('\nExit codes:\n')[1] ?? '').matchAll(/^ {2}(\d+) /gm)];
      expect(codes.filter(([, code]) => !known.has(Number(code)))).toEqual([]);
      // Defaults are written as they would be typed.
      expect(ended.stdout).not.toMatch(/<duration> .*default: \d+\)/);
    });

    test(`of ${name} is the same by "optipick help ${name}"`, async () => {
      expect((await run(['help', ...path])).ended).toEqual((await run([...path, '--help'])).ended);
    });
  }

  test('of optipick alone is the overview, on stdout', async () => {
    const { ended } = await run([]);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^Usage: optipick /);
    expect(ended.stdout).toContain('\nStart here:\n  $ optipick demo');
    for (const argv of [['--help'], ['-h'], ['help'], ['--json'], ['-p', 'staging']]) {
      expect((await run(argv)).ended).toEqual(ended);
    }
  });

  test.each(HELP_TOPICS.map(({ name, text }) => [name, text]))('on the topic %s is its text', async (name, text) => {
    expect((await run(['help', name])).ended).toEqual({ code: 0, stdout: `${text}\n`, stderr: '' });
  });

  test('has the four topics that are promised, and the exit codes in words', async () => {
    expect(HELP_TOPICS.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['exit-codes', 'environment', 'output', 'webhooks']),
    );
    const { stdout } = await run(['help', 'exit-codes']);
    const rows = [...stdout.matchAll(/^ {2}(\d+) +(\w+) {2,}/gm)].map(([, code, name]) => [name, Number(code)]);
    expect(Object.fromEntries(rows)).toEqual({ ok: 0, ...EXIT_CODES });
  });

  test.each([['nonsense'], ['cluster', 'nonsense'], ['exit-codes', 'more']])('on %s %s is exit 2', async (...words) => {
    const { ended } = await run(['help', ...words]);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(
      new RegExp(`^error: there is no help on "${words.join(' ')}"\nhint: there is help on: `),
    );
  });

  test('fits the terminal', async () => {
    const { stdout } = await run(['cluster', 'submit', '--help'], { terminal: { stdout: true } });
    const options = stdout.slice(0, stdout.indexOf('\nOutput:\n'));
    expect(options.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});

test('global options are the same before and after the command', async () => {
  const profiles = { staging: { port: 7000 } };
  const orders = [
    ['--json', '-p', 'staging', 'config', 'get', 'port'],
    ['config', '--json', 'get', '-p', 'staging', 'port'],
    ['config', 'get', 'port', '--profile=staging', '--json'],
    ['config', 'get', '-pstaging', '--json', 'port'],
  ];
  for (const argv of orders) {
    expect((await run(argv, { profiles })).ended).toEqual({
      code: 0,
      stdout: '{"key":"port","value":7000,"source":"profile","from":"profile staging"}\n',
      stderr: '',
    });
  }
});

test('--version is that of the program, wherever it stands', async () => {
  for (const argv of [['--version'], ['--json', '--version'], ['cluster', 'get', '--version']]) {
    expect((await run(argv)).ended).toEqual({ code: 0, stdout: '0.0.0-test\n', stderr: '' });
  }
});
