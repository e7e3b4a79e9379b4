import { describe, expect, it } from 'vitest';
import { colorLevel, createStyle } from '../../../src/output/terminal/style.ts';

describe('the color level', () => {
  it('is none for a pipe and the terminal’s own for a terminal', () => {
    expect([
      colorLevel({}, false),
      colorLevel({ TERM: 'xterm' }, true),
      colorLevel({ TERM: 'xterm-256color' }, true),
      colorLevel({ TERM: 'xterm', COLORTERM: 'truecolor' }, true),
      colorLevel({ TERM: 'dumb' }, true),
      colorLevel({}, true),
    ]).toEqual([0, 1, 2, 3, 0, 1]);
  });

  it('is none with NO_COLOR, which wins over FORCE_COLOR; an empty one counts as unset', () => {
    expect([
      colorLevel({ NO_COLOR: '1' }, true),
      colorLevel({ NO_COLOR: '0', FORCE_COLOR: '3' }, true),
      colorLevel({ NO_COLOR: '', TERM: 'xterm' }, true),
      colorLevel({ NO_COLOR: '', FORCE_COLOR: '' }, false),
    ]).toEqual([0, 0, 1, 0]);
  });

  it('is what FORCE_COLOR says, for a pipe and a dumb terminal too', () => {
    expect(
      ['0', 'false', '1', '2', '3', 'true', 'yes'].map((FORCE_COLOR) =>
        colorLevel({ FORCE_COLOR, TERM: 'dumb' }, false),
      ),
    ).toEqual([0, 0, 1, 2, 3, 1, 1]);
    expect([
      colorLevel({ FORCE_COLOR: '0', TERM: 'xterm' }, true),
      colorLevel({ FORCE_COLOR: 'true', TERM: 'xterm-256color' }, false),
    ]).toEqual([0, 2]);
  });
});

describe('a style', () => {
  it('leaves text as it is at level 0', async () => {
    const style = await createStyle(0);
    const names = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;
    expect(names.map((name) => style[name]('x'))).toEqual(Array(6).fill('x'));
  });

  it('marks text at level 1, whatever the test’s own streams are', async () => {
    const style = await createStyle(1);
    expect([
      style.bold('x'),
      style.dim('x'),
      style.red('x'),
      style.green('x'),
      style.yellow('x'),
      style.cyan('x'),
    ]).toEqual([
      '\u001b[1mx\u001b[22m',
      '\u001b[2mx\u001b[22m',
      '\u001b[31mx\u001b[39m',
      '\u001b[32mx\u001b[39m',
      '\u001b[33mx\u001b[39m',
      '\u001b[36mx\u001b[39m',
    ]);
  });
});
