import { describe, expect, test } from 'vitest';
import { configFolder, stateFolder, type Surroundings } from '../../src/settings/paths.ts';

const LINUX: Surroundings = { env: {}, platform: 'linux', home: '/home/ann', cwd: '/waves' };
const WINDOWS: Surroundings = { env: {}, platform: 'win32', home: 'C:\\Users\\ann', cwd: 'D:\\work' };

describe.each([
  {
    name: 'the folder of the configuration',
    folder: configFolder,
    own: 'OPTIPICK_CONFIG_DIR',
    xdg: 'XDG_CONFIG_HOME',
    windows: 'APPDATA',
    ofHome: '/home/ann/.config/optipick',
    ofWindowsHome: 'C:\\Users\\ann\\AppData\\Roaming\\optipick',
  },
  {
    name: 'the folder of the state',
    folder: stateFolder,
    own: 'OPTIPICK_STATE_DIR',
    xdg: 'XDG_STATE_HOME',
    windows: 'LOCALAPPDATA',
    ofHome: '/home/ann/.local/state/optipick',
    ofWindowsHome: 'C:\\Users\\ann\\AppData\\Local\\optipick',
  },
])('$name', ({ folder, own, xdg, windows, ofHome, ofWindowsHome }) => {
  test('is below the home folder', () => {
    expect(folder(LINUX)).toBe(ofHome);
    expect(folder({ ...LINUX, platform: 'darwin' })).toBe(ofHome);
    expect(folder(WINDOWS)).toBe(ofWindowsHome);
  });

  test(`is $${xdg}/optipick when that is set`, () => {
    expect(folder({ ...LINUX, env: { [xdg]: '/xdg' } })).toBe('/xdg/optipick');
  });

  test(`is %${windows}%\\optipick on Windows, and only there`, () => {
    expect(folder({ ...WINDOWS, env: { [windows]: 'C:\\data' } })).toBe('C:\\data\\optipick');
    expect(folder({ ...LINUX, env: { [windows]: 'C:\\data' } })).toBe(ofHome);
  });

  test(`is $${own} itself before all`, () => {
    expect(folder({ ...LINUX, env: { [own]: '/own', [xdg]: '/xdg' } })).toBe('/own');
    expect(folder({ ...WINDOWS, env: { [own]: 'C:\\own', [windows]: 'C:\\data' } })).toBe('C:\\own');
  });

  test(`is absolute, also with a relative $${own}`, () => {
    expect(folder({ ...LINUX, env: { [own]: 'ci/config' } })).toBe('/waves/ci/config');
    expect(folder({ ...WINDOWS, env: { [own]: 'ci' } })).toBe('D:\\work\\ci');
  });

  test('takes an empty variable for unset, and a relative XDG folder for invalid', () => {
    expect(folder({ ...LINUX, env: { [own]: '', [xdg]: '' } })).toBe(ofHome);
    expect(folder({ ...LINUX, env: { [xdg]: 'relative' } })).toBe(ofHome);
    expect(folder({ ...WINDOWS, env: { [own]: ' ', [windows]: '' } })).toBe(ofWindowsHome);
  });

  test('cannot be told without a home folder', () => {
    expect(() => folder({ ...LINUX, home: '' })).toThrowError(
      expect.objectContaining({ failure: 'environment', code: 'no_home', hint: `set HOME, or ${own}` }),
    );
  });
});
