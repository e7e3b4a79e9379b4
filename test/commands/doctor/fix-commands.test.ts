import { describe, expect, test } from 'vitest';
import { BASE_URL, createFixCommands, PORT } from '../../../src/commands/doctor/fix-commands.ts';

describe('fix commands', () => {
  const unix = createFixCommands({ platform: 'linux', home: '/home/picker', profile: undefined });
  const windows = createFixCommands({ platform: 'win32', home: 'C:\\Users\\picker', profile: 'staging' });

  test('are written for the shell of the platform', () => {
    expect([unix.unset('A', 'B'), windows.unset('A', 'B')]).toEqual(['unset A B', 'Remove-Item Env:A, Env:B']);
    expect([unix.setVariable('A', "it's"), windows.setVariable('A', "it's")]).toEqual([
      String.raw`export A='it'\''s'`,
      "$env:A = 'it''s'",
    ]);
    expect([unix.sequence('a', 'b'), windows.sequence('a', 'b')]).toEqual(['a && b', 'a; b']);
    expect(windows.move('C:\\Users\\picker\\a b', 'D:\\c')).toBe("Move-Item ~\\'a b' D:\\c");
    expect([unix.optipick('login'), windows.optipick('login')]).toEqual([
      'optipick login',
      'optipick login -p staging',
    ]);
  });

  test('write the home folder, and nothing else, as a tilde', () => {
    const paths = ['/home/picker/x', '/home/picker', '/home/pickers/x', "/home/picker/it's"];
    expect(paths.map((path) => unix.path(path))).toEqual(['~/x', '~', '/home/pickers/x', String.raw`~/'it'\''s'`]);
  });

  test('change a setting in the place that its value comes from', () => {
    const change = (source: 'flag' | 'environment' | 'profile' | 'default', value?: string) =>
      unix.change(BASE_URL, { source }, value);
    expect([change('flag', 'https://a'), change('environment', 'https://a'), change('profile', 'https://a')]).toEqual([
      'optipick doctor --base-url https://a',
      'export OPTIPICK_BASE_URL=https://a',
      'optipick config set base-url https://a',
    ]);
    expect([change('flag'), change('environment'), change('profile')]).toEqual([
      'optipick doctor',
      'unset OPTIPICK_BASE_URL',
      'optipick config unset base-url',
    ]);
    expect(unix.change(PORT, { source: 'default' }, '5001')).toBe('optipick config set port 5001');
  });
});
