import { describe, expect, test } from 'vitest';
import { createSandboxApp } from '../../../src/sandbox/app.ts';
import { createFakeHost } from '../../support/fake-host.ts';
import { run } from '../../support/run.ts';
import { expectScreen, WIDTHS } from '../../support/screens.ts';

const KEY = 'key-of-the-example';
const CASES = (['cluster', 'route'] as const).flatMap((kind) =>
  [[], ['--csv']].flatMap((format) => [1, 12, 400].map((picks) => ({ kind, format, picks }))),
);

describe('example', () => {
  test.each(CASES)('$kind $format with $picks picks works on the sandbox', async ({ kind, format, picks }) => {
    const printed = await run(['example', kind, ...format, '--picks', String(picks)]);
    expect([printed.code, printed.stderr]).toEqual([0, '']);
    const machine = createFakeHost();
    const sandbox = createSandboxApp({ apiKey: KEY }, { ...machine, http: await machine.http() });
    const file = format.length === 0 ? 'wave.json' : 'wave.csv';
    const { code, stdout, stderr } = await run([kind, 'submit', file, '--sync', '--json'], {
      env: { OPTIPICK_BASE_URL: 'http://127.0.0.1:4010', OPTIPICK_API_KEY: KEY },
      files: { [file]: printed.stdout },
      http: (request) => sandbox.http({ ...request, url: new URL(request.url).pathname + new URL(request.url).search }),
    });
    await sandbox.stop();
    expect([code, stderr.replace(/^submitted.*\n/, '')]).toEqual([0, '']);
    const answer = JSON.parse(stdout) as { type: string; asis_distance: number; optimal_distance: number };
    expect(answer.type).toBe(kind.toUpperCase());
    expect(stdout.match(/"pick_id"/g)?.length).toBeGreaterThanOrEqual(picks);
    // As-is routes are part of it, or there would be no saving to show.
    expect(answer.asis_distance).toBeGreaterThanOrEqual(answer.optimal_distance);
    expect(answer.asis_distance).toBeGreaterThan(0);
  });

  test('prints the same request each time, and another number of picks begins alike', async () => {
    const [one, again, more] = await Promise.all(
      [
        ['--picks', '5'],
        ['--picks', '5'],
        ['--picks', '6'],
      ].map(async (flags) => (await run(['example', 'cluster', '--csv', ...flags])).stdout),
    );
    expect(again).toBe(one);
    expect(more?.startsWith(one ?? '?')).toBe(true);
  });

  test.each([
    [['example', 'cart'], 'invalid_argument'],
    [['example'], 'missing_argument'],
    [['example', 'route', '--picks', '0'], 'bad_count'],
    [['example', 'route', '--picks', '1000000'], 'bad_count'],
  ])('%j is a usage error', async (argv, code) => {
    const { ended } = await run([...argv, '--json']);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code } });
  });

  test.each(WIDTHS)('looks as in its file on %d columns', async (columns) => {
    const options = { env: { NO_COLOR: '1' }, terminal: { stdout: true, stderr: true }, columns };
    const lines = [
      ['example', 'cluster', '--picks', '3'],
      ['example', 'cluster', '--csv', '--picks', '3'],
      ['example', 'route', '--picks', '2'],
      ['example', 'rout'],
    ];
    const screens = await Promise.all(
      lines.map(async (argv) => {
        const { code, stdout, stderr } = await run(argv, options);
        return `$ optipick ${argv.join(' ')}\n${stdout}${stderr}(exit ${code})\n`;
      }),
    );
    await expectScreen(`example/example-${columns}`, screens.join('\n'));
  });
});
