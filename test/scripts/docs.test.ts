/** What `npm run docs` writes: the reference of commands, the manual pages. */
import { spawnSync } from 'node:child_process';
import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { generatedFiles } from '../../scripts/docs/generated.ts';
import { fullName, readHelpDocument, withSubcommands } from '../../scripts/docs/help-document.ts';
import { createTestFolder } from '../support/folder.ts';

const ROOT = join(import.meta.dirname, '../..');

test('what is generated of the docs is what "npm run docs" would write', async () => {
  const files = await generatedFiles();
  expect(files.size).toBeGreaterThan(30);
  for (const [path, text] of files) expect(await readFile(join(ROOT, path), 'utf8'), path).toBe(text);
});

test(
  '"npm run docs -- --check" names each file that is changed, missing or of no command, and "npm run docs" repairs them',
  { timeout: 240_000 },
  async () => {
    await using folder = await createTestFolder();
    for (const name of [
      'src',
      'tsconfig.json',
      'scripts',
      'docs',
      'man',
      'package.json',
      'CHANGELOG.md',
      '.oxfmtrc.json',
    ]) {
      await cp(join(ROOT, name), folder.at(name), { recursive: true });
    }
    for (const name of ['test', 'node_modules']) await symlink(join(ROOT, name), folder.at(name), 'junction');
    const docs = async (...flags: readonly string[]) => {
      const { exitCode, stderr } = await execa(process.execPath, [folder.at('scripts/docs.ts'), ...flags], {
        reject: false,
      });
      return { exitCode, stderr };
    };
    await writeFile(folder.at('docs/reference/cli.md'), '# Commands\n');
    await rm(folder.at('man/optipick-poll.1'));
    await writeFile(folder.at('man/optipick-fly.1'), '.TH OPTIPICK-FLY 1\n');
    await writeFile(folder.at('docs/reference/schemas/fly.schema.json'), '{}\n');
    expect(await docs('--check')).toEqual({
      exitCode: 1,
      stderr: `docs/reference/cli.md is stale
man/optipick-poll.1 is stale
man/optipick-fly.1 is stale
docs/reference/schemas/fly.schema.json is stale
Run "npm run docs", and commit what it writes.`,
    });
    expect(await docs()).toEqual({ exitCode: 0, stderr: '' });
    expect(await docs('--check')).toEqual({ exitCode: 0, stderr: '' });
  },
);

describe('the reference of commands', async () => {
  const page = await readFile(join(ROOT, 'docs/reference/cli.md'), 'utf8');
  const sections = new Map(
    page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
  );

  test.each(withSubcommands(await readHelpDocument()).map((command) => [fullName(command), command] as const))(
    'has %s with each of its flags and exit codes',
    (name, command) => {
      const section = sections.get(name) ?? '';
      const own = command.path.length === 0 ? command.options : command.options.filter(({ long }) => long !== '--help');
      expect(
        own.filter(({ flags }) => !section.includes(`| \`${flags.replaceAll('|', '\\|')}\``)).map(({ flags }) => flags),
      ).toEqual([]);
      if (command.path.length === 0) return;
      const codes = [...section.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
      expect(codes).toEqual(command.exit_codes.map(({ code }) => code));
    },
  );
});

describe('the manual', () => {
  test('is in the package, as the schemas are, each page named in it, so that npm installs them', () => {
    expect(packageJson.files).toEqual(expect.arrayContaining(['docs/reference', 'man']));
    expect(packageJson.man).toContain('./man/optipick-cluster-submit.1');
  });

  test.skipIf(!has('mandoc'))('has no page that mandoc warns of (needs mandoc)', async () => {
    const pages = packageJson.man.map((page) => join(ROOT, page));
    const { stdout, exitCode } = await execa('mandoc', ['-Tlint', '-Wwarning', ...pages], { reject: false });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
  });

  test.skipIf(!has('man'))('opens with man -l (needs man)', async () => {
    const env = { MANWIDTH: '80', LC_ALL: 'C.UTF-8' };
    const { stdout } = await execa('man', ['-l', join(ROOT, 'man/optipick-poll.1')], { env });
    expect(stdout).toContain('optipick-poll - Wait until answers are there, and show them');
  });
});

/** Whether that program can read a page of ours. */
function has(program: 'man' | 'mandoc'): boolean {
  const words = program === 'man' ? ['-l'] : [];
  return (
    process.platform !== 'win32' && spawnSync(program, [...words, join(ROOT, 'man/optipick.1')]).stdout?.length > 0
  );
}
