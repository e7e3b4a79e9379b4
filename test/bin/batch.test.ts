/** Many requests at once, with the built program and real servers. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { startCounting, WAVE_FLAGS as FLAGS, wavesCsv } from '../support/counting-api.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startSandbox } from '../support/sandbox.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

const UNSENT = 'note: the column "Remark" is not sent (waves.csv:1:1)\n';

describe('a batch that is killed five times and continued', () => {
  test('sends each request at most once, and names all that may or may not have arrived', async () => {
    const random = createRandom(20261125);
    await using api = await startCounting(() => random.below(30));
    const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: api.url };
    await writeFile(join(workplace.folder, 'waves.csv'), wavesCsv(200));
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--continue', '--concurrency', '8'];

    for (let kill = 0; kill < 5; kill += 1) {
      const enough = api.more(1 + random.below(30));
      const running = workplace.start(args, { env });
      await Promise.race([enough, running]);
      running.kill('SIGKILL');
      expect((await running).signal).toBe('SIGKILL');
    }
    const last = await workplace.run(args, { env });

    const doubtful = linesOf(last.stderr).flatMap(
      (line) => /^error: (W\d+) may have been accepted/.exec(line)?.[1] ?? [],
    );
    expect(last.code).toBe(doubtful.length === 0 ? 0 : 6);
    const all = Array.from({ length: 200 }, (_, index) => `W${index + 1}`);
    expect([...api.arrived.values()].every((count) => count === 1)).toBe(true);
    expect(all.filter((wave) => !api.arrived.has(wave) && !doubtful.includes(wave))).toEqual([]);
    // Every other one has its id, in the order of the input.
    const known = all.filter((wave) => !doubtful.includes(wave)).map((wave) => wave.slice(1).padStart(24, '0'));
    expect(linesOf(last.stdout)).toEqual(known);
    expect(doubtful.length).toBeGreaterThan(0);

    // Named again each time, until the user decides.
    const again = await workplace.run(args, { env });
    expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 6, stdout: last.stdout });
    const decided = await workplace.run([...args, '--resubmit', doubtful.join(',')], { env });
    expect(decided.code).toBe(0);
    expect(linesOf(decided.stdout)).toEqual(all.map((wave) => wave.slice(1).padStart(24, '0')));
  }, 60_000);

  test('and by several runs at once: each request arrives once', async () => {
    await using api = await startCounting(() => 5);
    const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: api.url };
    await writeFile(join(workplace.folder, 'waves.csv'), wavesCsv(60));
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--continue', '--concurrency', '8'];
    await Promise.all(Array.from({ length: 3 }, () => workplace.run(args, { env })));
    expect(api.arrived.size).toBe(60);
    expect([...api.arrived].filter(([, count]) => count !== 1)).toEqual([]);
  });

  test('a stop by Ctrl-C lets what is on its way come home, and leaves nothing in doubt', async () => {
    await using api = await startCounting(() => 50);
    const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: api.url };
    await writeFile(join(workplace.folder, 'waves.csv'), wavesCsv(60));
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS];
    const some = api.more(10);
    const running = workplace.start(args, { env });
    await some;
    running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running;
    const ids = linesOf(String(stdout));
    expect(exitCode).toBe(130);
    expect(ids).toHaveLength(api.arrived.size);
    expect(linesOf(String(stderr))).toEqual([
      UNSENT.trim(),
      `${60 - ids.length} requests were not sent`,
      'go on with the same command and --continue: what was submitted is not submitted again',
    ]);
    const rest = await workplace.run([...args, '--continue'], { env });
    expect({ code: rest.code, ids: linesOf(rest.stdout).length }).toEqual({ code: 0, ids: 60 });
    expect([...api.arrived.values()].every((count) => count === 1)).toBe(true);
  });
});

describe('a batch on the sandbox', () => {
  test('with --wait shows one table; with --json a line for each', async () => {
    await using sandbox = await startSandbox(workplace, ['--latency', '10ms']);
    const env = { OPTIPICK_API_KEY: sandbox.ready.api_key, OPTIPICK_BASE_URL: sandbox.url };
    await writeFile(join(workplace.folder, 'waves.csv'), wavesCsv(3));
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--wait'];
    const table = await workplace.run(args, { env });
    expect({ code: table.code, stderr: table.stderr }).toEqual({ code: 0, stderr: UNSENT });
    expect(table.stdout.replaceAll(/[0-9a-f]{24}/g, '(id)')).toMatchInlineSnapshot(`
      "WAVE  REQUEST                   PICKS  CLUSTERS   AS-IS  OPTIMIZED  SAVED
      W1    (id)      3         1  49.0 m     31.0 m  36.7%
      W2    (id)      3         1  49.0 m     31.0 m  36.7%
      W3    (id)      3         1  31.0 m     31.0 m   0.0%

      answers   3 of 3 requests answered, 9 picks
      distance  129 m -> 93.0 m
      saved     36.0 m (27.9%)
      "
    `);
    const json = await workplace.run([...args, '--json'], { env });
    const lines = linesOf(json.stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => Object.keys(line))).toEqual(
      lines.map(() => ['v', 'type', 'request_id', 'kind', 'state', 'wave_id', 'result']),
    );
    expect(new Set(lines.map((line) => line['wave_id']))).toEqual(new Set(['W1', 'W2', 'W3']));
  });

  test('into a file of JSON lines; a failed job is exit 3 and the others are there', async () => {
    await using sandbox = await startSandbox(workplace, ['--latency', '10ms']);
    const env = { OPTIPICK_API_KEY: sandbox.ready.api_key, OPTIPICK_BASE_URL: sandbox.url };
    await writeFile(join(workplace.folder, 'waves.csv'), `${wavesCsv(3)}W9,S,L1,1,FAIL,\n`);
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--wait', '-o', 'answers.json'];
    const result = await workplace.run(args, { env });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 3, stdout: '' });
    expect(result.stderr).toContain('error: 1 of 4 requests failed\n');
    const lines = linesOf(await readFile(join(workplace.folder, 'answers.json'), 'utf8'));
    const states = lines.map((line) => JSON.parse(line) as { wave_id: string; state: string });
    expect(new Map(states.map(({ wave_id, state }) => [wave_id, state]))).toEqual(
      new Map([
        ['W1', 'done'],
        ['W2', 'done'],
        ['W3', 'done'],
        ['W9', 'failed'],
      ]),
    );
  });

  test('with a key that is refused stops at once', async () => {
    await using sandbox = await startSandbox(workplace);
    const env = { OPTIPICK_API_KEY: 'another-key-of-the-tests', OPTIPICK_BASE_URL: sandbox.url };
    await writeFile(join(workplace.folder, 'waves.csv'), wavesCsv(40));
    const result = await workplace.run(['cluster', 'submit', 'waves.csv', ...FLAGS, '--concurrency', '2'], { env });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 4, stdout: '' });
    expect(linesOf(result.stderr).filter((line) => line.startsWith('error: W')).length).toBeLessThan(5);
    expect(result.stderr).toContain('requests were not sent');
  });
});
