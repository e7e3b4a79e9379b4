import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/error-codes.ts';
import { EXIT_CODES } from '../../../src/errors.ts';
import { HELP_TOPICS, TOPIC_NAMES } from '../../../src/commands/shared/help-topics.ts';
import { run } from '../../support/run.ts';
import { expectScreen, WIDTHS } from '../../support/screens.ts';

/** The parts of a help text, by heading. */
function sectionsOf(help: string): ReadonlyMap<string, string> {
  return new Map(
    help.split('\n\n').map((part) => {
      const [heading = '', ...rest] = part.split('\n');
      return [heading, rest.join('\n')];
    }),
  );
}

/** The headings below which a group lists its commands. */
const COMMAND_LISTS = new Set(['Commands:', 'Submit and answers:', 'Webhooks:', 'Without an account:', 'Set-up:']);

/** The commands that a help text lists, as its own words. */
function commandsIn(help: string): readonly string[] {
  return [...sectionsOf(help)]
    .filter(([heading]) => COMMAND_LISTS.has(heading))
    .flatMap(([, list]) => list.match(/(?<=^ {2})[a-z][\w-]*/gm) ?? []);
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

  for (const path of [[], ...COMMANDS]) {
    const name = ['optipick', ...path].join(' ');

    test(`of ${name} looks as it does in its file, on a wide, a classic and a narrow terminal`, async () => {
      const screens = await Promise.all(
        WIDTHS.map(async (columns) => {
          const { stdout } = await run([...path, '--help'], { terminal: { stdout: true }, columns });
          return `=== ${columns} columns\n${stripVTControlCharacters(stdout)}`;
        }),
      );
      await expectScreen(`help/${path.length === 0 ? 'optipick' : path.join('-')}`, screens.join('\n'));
    });
  }

  for (const path of COMMANDS) {
    const name = path.join(' ');

    test(`of ${name} has usage, purpose, options, three examples and exit codes`, async () => {
      const { ended } = await run([...path, '--help']);
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
      const [usage, blank, purpose] = ended.stdout.split('\n');
      expect(usage).toMatch(new RegExp(`^Usage: optipick ${name} `));
      expect(blank).toBe('');
      expect(purpose).toMatch(/^[A-Z].*\w/);
      const sections = sectionsOf(ended.stdout);
      const headings = [...sections.keys()];
      expect(headings[2]).toBe('Examples:');
      const examples = sections.get('Examples:') ?? '';
      expect(examples.match(/^ {2}\$ .*\boptipick /gm)?.length).toBeGreaterThanOrEqual(3);
      expect(examples.match(/^ {2}# \S/gm)?.length).toBeGreaterThanOrEqual(3);
      // What is indented belongs to the part above.
      const titles = headings.slice(2, -1).filter((heading) => !heading.startsWith(' '));
      expect(titles.filter((title) => !/^(?:API|[A-Z][a-z]+(?:[ -][a-z]+)*):$/.test(title))).toEqual([]);
      expect(headings.at(-1)).toMatch(/^Global options \(optipick --help\): --json, /);
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
    expect(ended.stdout).toMatch(/\nStart here:\n {2}# .*\n {2}\$ optipick demo\n/);
    for (const argv of [['--help'], ['-h'], ['help'], ['-p', 'staging']]) {
      expect((await run(argv)).ended).toEqual(ended);
    }
    expect((await run(['--json'])).ended).toEqual((await run(['help', '--json'])).ended);
  });

  test.each(HELP_TOPICS.map(({ name, title }) => [name, title]))(
    'on the topic %s begins with its title, %s, and looks as in its file',
    async (name, title) => {
      const { ended } = await run(['help', name]);
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
      expect(ended.stdout.startsWith(`${title}\n\n`)).toBe(true);
      await expectScreen(`help/topic-${name}`, ended.stdout);
    },
  );

  test('on an error code says of each exit code what it means and what to do', async () => {
    expect((await run(['help', 'invalid_request'])).ended).toEqual({
      code: 0,
      stdout: `invalid_request

Exit code 2, usage:
A request lacks a field, or a field has a value that it does not take; nothing
was sent. Correct the listed places, or send the good rows alone with
--skip-invalid.

Exit code 5, refused:
The API found a field invalid (HTTP 422). Correct the listed fields; "optipick
help request" describes them.
`,
      stderr: '',
    });
  });

  test.each(Object.values(ERROR_CODES).flatMap((codes) => Object.keys(codes)))(
    'on the error code %s is that, and not the help of a command or topic',
    async (code) => {
      const known: readonly string[] = [...TOPIC_NAMES, ...COMMANDS.map(([name = '']) => name)];
      if (known.includes(code)) return;
      const { ended } = await run(['help', code]);
      expect(ended.stdout).toMatch(new RegExp(`^${code}\\n\\n(?:Exit code \\d+, |The exit code of the worst)`));
    },
  );

  test('on the topic exit-codes has them in words', async () => {
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

  test.each([120, 80, 60])('is never wider than a terminal of %i columns, topics included', async (columns) => {
    const words = [...COMMANDS, [], ...TOPIC_NAMES.map((name) => [name])];
    for (const path of words) {
      const { stdout } = await run(['help', ...path], { terminal: { stdout: true }, columns });
      // A row of the example table has no place to end a line at.
      const wide = stdout.split('\n').filter((line) => line.length > columns && !/^ {2}[^ ]+,[^ ]+,[^ ]+$/.test(line));
      expect(wide).toEqual([]);
    }
  });

  test('in a pipe is that of a terminal of 80 columns', async () => {
    for (const words of [['listen'], ['webhooks']]) {
      const { stdout } = await run(['help', ...words], { terminal: { stdout: true }, columns: 80 });
      expect((await run(['help', ...words])).stdout).toBe(stripVTControlCharacters(stdout));
    }
  });

  test('cuts an example that is too long where a shell takes the lines for one', async () => {
    const { stdout } = await run(['help', 'listen'], { terminal: { stdout: true }, columns: 60 });
    const whole = (await run(['help', 'listen'], { terminal: { stdout: true }, columns: 120 })).stdout;
    const commandsOf = (help: string) =>
      sectionsOf(help)
        .get('Examples:')
        ?.replaceAll(/^ {2}#.*\n/gm, '');
    expect(commandsOf(stdout)).toContain(' \\\n      --');
    expect(commandsOf(stdout)?.replaceAll(/ \\\n {6}/g, ' ')).toBe(commandsOf(whole));
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

interface CommandDocument {
  readonly name: string;
  readonly path: readonly string[];
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly required: boolean }[];
  readonly options: readonly {
    readonly flags: string;
    readonly long: string | null;
    readonly [key: string]: unknown;
  }[];
  readonly exit_codes: readonly { readonly code: number; readonly name: string }[];
  readonly subcommands: readonly CommandDocument[];
}

describe('help --json', () => {
  const documentOf = async (...words: readonly string[]) => {
    const { ended } = await run(['help', ...words, '--json']);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^\{.*\}\n$/);
    return JSON.parse(ended.stdout) as CommandDocument & Readonly<Record<string, unknown>>;
  };
  const pathsIn = ({ path, subcommands }: CommandDocument): readonly string[] => [
    ...(path.length === 0 ? [] : [path.join(' ')]),
    ...subcommands.flatMap(pathsIn),
  ];

  test('is the whole tree: the commands that help lists, topics, exit codes', async () => {
    const root = await documentOf();
    expect(pathsIn(root)).toEqual(COMMANDS.map((path) => path.join(' ')));
    expect([root['v'], root.name, root.path, root['version']]).toEqual([1, 'optipick', [], '0.0.0-test']);
    expect(root['topics']).toEqual(HELP_TOPICS);
    expect(root.exit_codes.map(({ code }) => code)).toEqual([0, ...Object.values(EXIT_CODES)]);
  });

  test('of a command is its subtree, and the same that stands in the whole', async () => {
    const root = await documentOf();
    const { v, global_options: globalOptions, ...config } = await documentOf('config');
    expect([v, globalOptions]).toEqual([1, root.options]);
    expect(config).toEqual(root.subcommands.find(({ name }) => name === 'config'));
  });

  test('has of each option what help says of it', async () => {
    const list = await documentOf('events', 'list');
    expect(list.options.find(({ long }) => long === '--status')).toEqual({
      group: null,
      flags: '--status <status>',
      short: null,
      long: '--status',
      description: 'only these',
      value: 'status',
      value_optional: false,
      default: null,
      choices: ['pending', 'done', 'failed'],
      env: null,
    });
    const poll = await documentOf('poll');
    expect(poll.options.find(({ long }) => long === '--timeout')?.['default']).toBe('5m');
    expect(poll.arguments).toEqual([
      {
        name: 'id',
        description: 'request ids, or - to read them from stdin',
        required: false,
        variadic: true,
        choices: null,
      },
    ]);
    const root = await documentOf();
    expect(root.options.find(({ long }) => long === '--base-url')?.['env']).toBe('OPTIPICK_BASE_URL');
    expect(root.options.find(({ long }) => long === '--no-color')?.['default']).toBeNull();
  });

  test('has the exit codes of each command, with what they mean there', async () => {
    for (const path of COMMANDS) {
      const { ended } = await run([...path, '--help']);
      const text = ended.stdout.split('\nExit codes:\n')[1] ?? '';
      const codes = [...text.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => Number(code));
      expect((await documentOf(...path)).exit_codes.map(({ code }) => code)).toEqual(codes);
    }
  });

  test('of a topic is its text, in lines of any length', async () => {
    const document = await documentOf('environment');
    const { stdout } = await run(['help', 'environment']);
    expect([document['v'], document.name]).toEqual([1, 'environment']);
    expect(String(document['text']).split(/\s+/)).toEqual(stdout.trim().split(/\s+/));
  });

  test('of nothing known is an error object', async () => {
    const { code, stdout, stderr } = await run(['help', 'nonsense', '--json']);
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'unknown_help_topic', exitCode: 2 } });
  });
});
