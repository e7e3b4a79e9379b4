/** Completion in the real shells, with the scripts that the built program prints. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSandbox } from '../../src/sandbox-entry.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { HAS_TERMINAL, startCommandOnTerminal, type TerminalRun } from '../support/terminal.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const SETTINGS = ['api-key', 'webhook-secret', 'base-url', 'port', 'state-url'];
const installed = (shell: string): boolean =>
  process.platform !== 'win32' && spawnSync(shell, ['-c', 'exit 0']).status === 0;
const HAS = { bash: installed('bash'), zsh: installed('zsh'), fish: installed('fish') };

let workplace: Workplace;
let env: Record<string, string>;
const ids = { route: '', cluster: '' };
/** The path of the script for a shell. */
const scriptOf = (shell: string): string => join(workplace.folder, `completion.${shell}`);

beforeAll(async () => {
  workplace = await createWorkplace();
  const bin = join(workplace.folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'optipick'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  await chmod(join(bin, 'optipick'), 0o755);
  // zsh looks for its own files here; an empty ZDOTDIR keeps it from asking a new user questions.
  env = { ...workplace.env, PATH: `${bin}:${workplace.env['PATH']}`, ZDOTDIR: workplace.folder, LC_ALL: 'C.UTF-8' };
  await writeFile(join(workplace.folder, '.zshrc'), '');
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await workplace.run(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await writeFile(scriptOf(shell), stdout);
  }
  const work = join(workplace.folder, 'work');
  await mkdir(join(work, 'waves'), { recursive: true });
  await writeFile(
    join(work, 'wave one.json'),
    await readFile(join(import.meta.dirname, '../fixtures/example-cluster-request.json')),
  );

  await using sandbox = await createSandbox();
  const sandboxEnv = { OPTIPICK_BASE_URL: sandbox.url, OPTIPICK_API_KEY: sandbox.apiKey };
  for (const kind of ['route', 'cluster'] as const) {
    const { stdout } = await workplace.run([kind, 'submit', join(work, 'wave one.json')], { env: sandboxEnv });
    ids[kind] = stdout.trim();
  }
  await workplace.run(['config', 'set', 'port', '6000', '-p', 'staging']);
  await workplace.run(['config', 'set', 'base-url', 'https://staging.example.com', '-p', 'stable']);
});
afterAll(() => workplace.remove());

interface Offered {
  readonly words: readonly string[];
  /** What the shell said beside: nothing, however the program fared. */
  readonly noise: string;
}

/** What bash offers for the last word of a line, by the function that the script declares. */
async function bashOffers(words: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<Offered> {
  const script = `
    source "$1"; shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    declare -F "$(complete -p optipick | sed 's/.*-F \\([^ ]*\\).*/\\1/')" >/dev/null || exit 9
    _optipick
    for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`;
  const args = ['--norc', '--noprofile', '-c', script, 'bash', scriptOf('bash'), ...words];
  return offered(await execa('bash', args, shellOptions(extra)));
}

async function fishOffers(line: string, extra: Readonly<Record<string, string>> = {}): Promise<Offered> {
  const quoted = `'${line.replaceAll("'", String.raw`\'`)}'`;
  const script = `source ${scriptOf('fish')}; complete -C${quoted}`;
  return offered(await execa('fish', ['--no-config', '-c', script], shellOptions(extra)));
}

function shellOptions(extra: Readonly<Record<string, string>>) {
  return {
    cwd: join(workplace.folder, 'work'),
    env: { ...env, ...extra },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 25_000,
  } as const;
}

function offered({ exitCode, stdout, stderr }: { exitCode?: number; stdout: string; stderr: string }): Offered {
  if (exitCode !== 0) throw new Error(`the shell ended with ${exitCode}: ${stderr}`);
  return { words: stdout === '' ? [] : stdout.split('\n'), noise: stderr };
}

const offers = (...words: readonly string[]): Offered => ({ words, noise: '' });

describe.skipIf(!HAS.bash)('bash (skipped where there is none) completes', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a command', ['optipick', 'po'], ['poll']],
    ['a subcommand', ['optipick', 'cluster', ''], ['submit', 'get']],
    ['a subcommand after global flags', ['optipick', '--json', '-p', 'cluster', 'events', 'sh'], ['show']],
    ['a flag', ['optipick', 'listen', '--for'], ['--forward-to']],
    ['a global flag', ['optipick', 'poll', '--base'], ['--base-url']],
    ['the choices of a flag', ['optipick', 'events', 'list', '--status', ''], ['pending', 'done', 'failed']],
    ['the choices after "=", which bash cuts off', ['optipick', 'poll', '--kind', '=', 'r'], ['route']],
    ['the choices after "=", where it does not', ['optipick', 'poll', '--kind=r'], ['--kind=route']],
    ['a file with a space', ['optipick', 'cluster', 'submit', 'wave'], ['waves', 'wave one.json']],
    ['a second file', ['optipick', 'cluster', 'submit', 'a.json', 'wave o'], ['wave one.json']],
    ['a file in quotes', ['optipick', 'cluster', 'submit', '"wave o'], ['wave one.json']],
    ['a file that a flag takes', ['optipick', 'poll', 'x', '-o', 'wave o'], ['wave one.json']],
    ['a folder', ['optipick', 'listen', '--record', 'wa'], ['waves']],
    ['a setting', ['optipick', 'config', 'set', ''], SETTINGS],
    ['a shell', ['optipick', 'completion', ''], ['bash', 'zsh', 'fish']],
    ['a command to have help on', ['optipick', 'help', 'cluster', 's'], ['submit']],
    ['a topic', ['optipick', 'help', 'exit'], ['exit-codes']],
    ['a profile', ['optipick', '-p', ''], ['staging', 'stable']],
    ['nothing for a free value', ['optipick', 'listen', '--port', ''], []],
    ['nothing for the value of a setting', ['optipick', 'config', 'set', 'port', ''], []],
    [
      'a second word after a comma',
      ['optipick', 'listen', '-e', 'route.optimized,cl'],
      ['route.optimized,cluster.optimized'],
    ],
    [
      'any word after a comma',
      ['optipick', 'listen', '--allow-from', 'svix-us,'],
      ['svix', 'svix-us', 'svix-eu'].map((word) => `svix-us,${word}`),
    ],
    [
      'a word after "=" and a comma',
      ['optipick', 'listen', '--events=route.optimized,cl'],
      ['--events=route.optimized,cluster.optimized'],
    ],
    ['no second word where one is taken', ['optipick', 'poll', '--kind', 'route,'], []],
    ['no flag after --', ['optipick', 'cluster', 'submit', '--', '--'], []],
  ])('%s', async (_what, words, expected) => {
    const { words: found, noise } = await bashOffers(words);
    expect({ found: found.toSorted(), noise }).toEqual({ found: expected.toSorted(), noise: '' });
  });

  test('ids, the newest first, and of one kind where only that will do', async () => {
    expect(await bashOffers(['optipick', 'poll', ''])).toEqual(offers(ids.cluster, ids.route));
    expect(await bashOffers(['optipick', 'poll', ids.route, ''])).toEqual(offers(ids.cluster, ids.route));
    expect(await bashOffers(['optipick', 'route', 'get', ''])).toEqual(offers(ids.route));
    expect(await bashOffers(['optipick', 'listen', '--until', ids.cluster.slice(0, -1)])).toEqual(offers(ids.cluster));
  });

  test('nothing, and in silence, where settings and state cannot be read', async () => {
    const broken = { OPTIPICK_CONFIG_DIR: scriptOf('bash'), OPTIPICK_STATE_DIR: scriptOf('bash') };
    expect(await bashOffers(['optipick', '-p', ''], broken)).toEqual(offers());
    expect(await bashOffers(['optipick', 'poll', ''], broken)).toEqual(offers());
    expect(await bashOffers(['optipick', 'poll', ''], { PATH: process.env['PATH'] ?? '' })).toEqual(offers());
  });
});

describe.skipIf(!HAS.fish)('fish (skipped where there is none) completes', () => {
  const names = ({ words }: Offered): readonly string[] => words.map((word) => word.split('\t')[0] ?? '').toSorted();

  test.each<[string, string, readonly string[]]>([
    ['a command with its description', 'optipick po', ['poll\tWait until answers are there, and show them.']],
    [
      'a flag with its description',
      'optipick listen --forw',
      ['--forward-to\tforward each one unchanged, signature included (repeatable)'],
    ],
    ['a global flag', 'optipick poll --base', ['--base-url\tAPI to talk to']],
    [
      'the choices after "="',
      'optipick poll --kind=r',
      ['--kind=route\troute or cluster (default: as submitted from here, else both are tried)'],
    ],
    ['a profile with its address', 'optipick -p sta', ['staging\tprofile', 'stable\thttps://staging.example.com']],
    [
      'a command to have help on',
      'optipick help cluster s',
      ['submit\tSend a cluster problem: group orders into clusters that are picked in one walk each.'],
    ],
    ['a topic', 'optipick help exit', ['exit-codes\ttopic']],
    [
      'a word',
      'optipick listen -e cl',
      ['cluster.optimized\tshow and count only these; all are stored, forwarded and run'],
    ],
    [
      'a second word after a comma',
      'optipick listen -e route.optimized,cl',
      ['route.optimized,cluster.optimized\tshow and count only these; all are stored, forwarded and run'],
    ],
    ['nothing for a free value', 'optipick listen --port ', []],
  ])('%s', async (_what, line, expected) => {
    expect(await fishOffers(line)).toEqual(offers(...expected));
  });

  test.each<[string, string, readonly string[]]>([
    [
      'a subcommand after global flags',
      'optipick --json -p cluster events ',
      ['discard', 'list', 'replay', 'show', 'sync', 'ui'],
    ],
    ['a subcommand', 'optipick cluster ', ['get', 'submit']],
    ['a setting', 'optipick config set ', SETTINGS.toSorted()],
    ['a folder', 'optipick listen --record wa', ['waves/']],
    ['files', 'optipick cluster submit a.json wav', [String.raw`wave\ one.json`, 'waves/']],
    ['a file that a flag takes', 'optipick poll x -o wav', [String.raw`wave\ one.json`, 'waves/']],
  ])('%s', async (_what, line, expected) => {
    const found = await fishOffers(line);
    expect({ names: names(found).map(unescaped), noise: found.noise }).toEqual({
      names: expected.map(unescaped),
      noise: '',
    });
  });

  test('ids with what they are', async () => {
    const { words, noise } = await fishOffers('optipick poll ');
    const [newest = '', oldest = '', ...more] = words;
    expect([newest, oldest]).toEqual([
      expect.stringMatching(new RegExp(`^${ids.cluster}\tcluster, pending, [\\d -]+:\\d\\d, `)),
      expect.stringMatching(new RegExp(`^${ids.route}\troute, pending, `)),
    ]);
    expect([more, noise]).toEqual([[], '']);
  });

  test('nothing, and in silence, where settings and state cannot be read', async () => {
    const broken = { OPTIPICK_CONFIG_DIR: scriptOf('fish'), OPTIPICK_STATE_DIR: scriptOf('fish') };
    expect(await fishOffers('optipick -p ', broken)).toEqual(offers());
    expect(await fishOffers('optipick poll ', broken)).toEqual(offers());
  });
});

/** Versions of fish differ in whether they escape what they offer. */
const unescaped = (word: string): string => word.replaceAll('\\', '');

describe.skipIf(!HAS.zsh || !HAS_TERMINAL)('zsh (skipped where there is none, or no terminal) completes', () => {
  /** A shell before a person, the script sourced. */
  async function startZsh(load: string): Promise<TerminalRun> {
    const folder = join(workplace.folder, 'work');
    const terminal = startCommandOnTerminal(workplace, ['zsh', '-i'], { columns: 160, env: { ...env, TERM: 'xterm' } });
    terminal.type(
      `cd '${folder}'; PS1='> '; unsetopt PROMPT_SP LIST_AMBIGUOUS; zle_highlight=(none); autoload -Uz compinit; ${load}; echo be''gin\r`,
    );
    await terminal.shows('begin');
    return terminal;
  }

  /** What is on the screen after a line and the tab key, when `shown` is there. */
  async function afterTab(line: string, shown: string, load?: string): Promise<string> {
    const terminal = await startZsh(load ?? `compinit -u -d '${scriptOf('dump')}'; source '${scriptOf('zsh')}'`);
    terminal.type(`${line}\t`);
    await terminal.shows(shown);
    terminal.type('\u0015exit\r');
    await terminal.ended;
    return stripVTControlCharacters(terminal.screen.slice(terminal.screen.indexOf('begin')));
  }

  test.each([
    ['a command', 'optipick po', 'optipick poll '],
    ['a subcommand after global flags', 'optipick --json -p cluster events sh', 'events show '],
    ['a flag', 'optipick listen --forw', '--forward-to'],
    ['the choices of a flag', 'optipick poll --kind r', '--kind route'],
    ['the choices after "="', 'optipick poll --kind=r', '--kind=route'],
    ['a second word after a comma', 'optipick listen -e route.optimized,cl', 'route.optimized,cluster.optimized'],
    ['a file that a flag takes', 'optipick poll x -o wave\\ o', 'wave\\ one.json'],
    ['a file', 'optipick cluster submit wave\\ o', 'wave\\ one.json'],
    ['a folder', 'optipick listen --record wa', 'waves/'],
    ['a profile', 'optipick -p stab', '-p stable'],
    ['a command to have help on', 'optipick help cluster s', 'cluster submit'],
  ])('%s', async (_what, line, completed) => {
    expect(await afterTab(line, completed)).not.toMatch(/error|not found|zsh:/i);
  });

  test('commands, flags and ids with what they are', async () => {
    const commands = await afterTab('optipick co', 'Stored keys');
    expect(commands).toMatch(/completion +-- Print the script/);
    expect(commands).toMatch(/config +-- Stored keys, secrets and defaults/);
    expect(await afterTab('optipick cluster submit --forma', 'json, csv or ndjson')).toMatch(
      /--format +-- table, json/,
    );
    const shown = await afterTab('optipick poll ', ids.route);
    expect(shown).toMatch(new RegExp(`${ids.cluster} +-- cluster, pending, `));
  });

  test('as a file in a folder of $fpath, too', async () => {
    const folder = join(workplace.folder, 'site-functions');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '_optipick'), await readFile(scriptOf('zsh')));
    const load = `fpath=('${folder}' $fpath); compinit -D -u`;
    expect(await afterTab('optipick po', 'optipick poll ', load)).not.toMatch(/error|not found|zsh:/i);
  });

  test('without compinit before it, too', async () => {
    const load = `source '${scriptOf('zsh')}'`;
    expect(await afterTab('optipick po', 'optipick poll ', load)).not.toMatch(/error|not found|zsh:/i);
  });
});

describe.skipIf(!HAS.bash || !HAS_TERMINAL)('bash before a person (skipped where there is no terminal)', () => {
  test('completes at the tab key', async () => {
    const terminal = startCommandOnTerminal(workplace, ['bash', '--norc', '--noprofile', '-i'], {
      env: { ...env, TERM: 'dumb' },
    });
    terminal.type(`cd work; source '${scriptOf('bash')}'; echo be''gin\r`);
    await terminal.shows('begin');
    terminal.type('optipick clu\tsub\twave\\ o\t');
    await terminal.shows('optipick cluster submit wave\\ one.json ');
    terminal.type('\u0015exit\r');
    await terminal.ended;
    expect(terminal.screen).not.toMatch(/error|not found|bash: /i);
  });
});

describe('the command', () => {
  test.each([
    [['completion'], 'missing_argument'],
    [['completion', 'powershell'], 'invalid_argument'],
    [['completion', '--list', 'profiles'], 'unknown_option'],
  ])('%j is wrong usage', async (args, code) => {
    const result = await workplace.run([...args, '--json']);
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code } });
  });

  test('is not listed where the scripts ask it for candidates', async () => {
    expect((await workplace.run(['--help'])).stdout).not.toContain('__complete');
    expect(await workplace.run(['__complete', '--', 'comp'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^completion\tPrint the script by which/m),
      stderr: '',
    });
  });

  test('says how to install it in each shell, and that PowerShell is not supported', async () => {
    const { stdout } = await workplace.run(['completion', '--help']);
    for (const text of [
      '~/.bashrc',
      '~/.bash_profile',
      '~/.zshrc',
      '~/.config/fish/completions',
      'PowerShell is not supported',
    ]) {
      expect(stdout).toContain(text);
    }
  });
});
