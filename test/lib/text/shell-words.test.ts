import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { pipingVariables, settingVariable, shellWord } from '../../../src/lib/text/shell-words.ts';

const ODD = `it's $HOME, \`x\` "y"; \\z`;

describe('a line for PowerShell', () => {
  test('sets a variable, in quotes that nothing acts in', () => {
    expect(settingVariable('win32', 'A', 'http://127.0.0.1:4010')).toBe(`$env:A = 'http://127.0.0.1:4010'`);
    expect(settingVariable('win32', 'A', ODD)).toBe(`$env:A = 'it''s $HOME, \`x\` "y"; \\z'`);
  });

  test('pipes variables', () => {
    expect(pipingVariables('win32', ['KEY', 'SECRET'], 'optipick login')).toBe(
      '$env:KEY, $env:SECRET | optipick login',
    );
  });

  test('quotes a word where that is needed', () => {
    expect([String.raw`C:\a\b`, "a'b", 'a b'].map((text) => shellWord('win32', text))).toEqual([
      String.raw`C:\a\b`,
      "'a''b'",
      "'a b'",
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('a line for sh', () => {
  const sh = (script: string, env: Record<string, string> = {}): string =>
    execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { ...env, PATH: process.env['PATH'] } });

  test.each(['http://127.0.0.1:4010', ODD, ''])('sets a variable to %j', (value) => {
    expect(sh(`${settingVariable('linux', 'A', value)}; printf %s "$A"`)).toBe(value);
  });

  test('pipes variables, a line each', () => {
    expect(sh(pipingVariables('linux', ['KEY', 'SECRET'], 'cat'), { KEY: 'k%s', SECRET: ODD })).toBe(`k%s\n${ODD}\n`);
  });

  test.each(['plain', ODD])('takes %j as one word', (text) => {
    expect(sh(`printf %s ${shellWord('linux', text)}`)).toBe(text);
  });
});
