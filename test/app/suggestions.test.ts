import { describe, expect, test } from 'vitest';
import { run } from '../support/run.ts';
import { expectScreen, WIDTHS } from '../support/screens.ts';

describe('an unknown command', () => {
  test.each([
    ['submit wave.json', 'optipick cluster submit or optipick route submit'],
    ['submits wave.json', 'optipick cluster submit or optipick route submit'],
    ['sbmit wave.json', 'optipick cluster submit or optipick route submit'],
    ['cluster sbmit wave.json', 'optipick cluster submit'],
    ['cluster replay', 'optipick events replay'],
    ['event list', 'optipick events'],
    ['clusters submit', 'optipick cluster'],
    ['lists', 'optipick config list or optipick events list'],
    ['version', 'optipick --version'],
    ['logs', 'optipick events list'],
    ['log', 'optipick events list'],
    ['webhooks', 'optipick listen or optipick trigger'],
    ['pol', 'optipick poll'],
    ['-q config lst', 'optipick config list'],
  ])('%s asks whether %s was meant', async (line, meant) => {
    const { ended } = await run(line.split(' '));
    const word = line.split(' ').find((one) => !['-q', 'cluster', 'config'].includes(one));
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: unknown command '${word}'\nhint: did you mean ${meant}?\n`,
    });
  });

  test.each(['frobnicate', 'constructor', '__proto__', 'toString'])(
    '%s that is like none points to the help',
    async (word) => {
      const { ended } = await run([word]);
      expect(ended).toEqual({ code: 2, stdout: '', stderr: `error: unknown command '${word}'\nhint: optipick help\n` });
    },
  );

  test.each(WIDTHS)('is answered as in its file on %d columns', async (columns) => {
    const terminal = { stdout: true, stderr: true };
    const { code, stdout, stderr } = await run(['submit', 'wave.json', '--no-color'], { terminal, columns });
    await expectScreen(`app/unknown-command-${columns}`, `${stdout}${stderr}(exit ${code})\n`);
  });
});

describe('a value that is none', () => {
  test.each([
    ['example rout', '<kind> cannot be "rout", did you mean "route"?', 'the values are cluster, route'],
    ['completion pwsh', '<shell> cannot be "pwsh"', 'the values are bash, zsh, fish'],
    [
      'events list --status fialed',
      '--status cannot be "fialed", did you mean "failed"?',
      'the values are pending, done, failed',
    ],
    ['poll x --kind a\nb', '--kind cannot be "a b"', 'the values are cluster, route'],
    [
      'cluster submit x --csv-delimiter ab',
      '--csv-delimiter takes one character such as ; or the word tab',
      'optipick help cluster submit',
    ],
    ['cluster submit x --wiat', "unknown option '--wiat'", 'did you mean --wait?'],
  ])('in %j is answered with those that are, and the nearest', async (line, message, hint) => {
    const { ended } = await run(line.split(' '));
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\nhint: ${hint}\n` });
  });
});

describe('a group without its command', () => {
  test.each([[['cluster']], [['events']], [['config']], [[]]])('%j prints its help on stdout', async (path) => {
    const help = await run([...path, '--help']);
    expect((await run(path)).ended).toEqual({ code: 0, stdout: help.stdout, stderr: '' });
  });

  test('with --json prints its document', async () => {
    const { code, stdout, stderr } = await run(['events', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'events', path: ['events'] });
  });
});
