/**
 * Runners that share a state, as those of a build server do, which vanish with what they know.
 *
 * @module-tag killing
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { startCounting, WAVE_FLAGS, wavesCsv } from '../support/counting-api.ts';
import { schemaOfTest } from '../support/postgres.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';

const WAVES = 300;
const RUNNERS = 3;
const KILLS = 6;

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** The waves that a run names, of which nobody knows whether they have arrived. */
const unknownIn = (stderr: string): readonly string[] =>
  linesOf(stderr).flatMap((line) => /^error: (W\d+) may have been accepted/.exec(line)?.[1] ?? []);

test('three runners on one file, killed at random: each request arrives at most once, or is named as unknown', async () => {
  const random = createRandom(20261129);
  const { url } = await schemaOfTest();
  await using api = await startCounting(() => random.below(20));
  const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: api.url, OPTIPICK_STATE_URL: url };
  const args = ['cluster', 'submit', 'waves.csv', ...WAVE_FLAGS, '--continue', '--concurrency', '4'];

  /** Starts anew in a folder of its own until one was not killed. */
  const runner = async (number: number): Promise<void> => {
    for (let kill = number; kill < KILLS; kill += RUNNERS) {
      const workplace = await newRunner();
      const running = workplace.start(args, { env });
      await Promise.race([api.more(5 + random.below(40)), running]);
      running.kill('SIGKILL');
      await running;
    }
    await (await newRunner()).run(args, { env });
  };
  await Promise.all(Array.from({ length: RUNNERS }, (_, number) => runner(number)));

  const last = await (await newRunner()).run(args, { env });
  const unknown = unknownIn(last.stderr);
  const all = Array.from({ length: WAVES }, (_, index) => `W${index + 1}`);
  expect([...api.arrived].filter(([, count]) => count !== 1)).toEqual([]);
  expect(all.filter((wave) => !api.arrived.has(wave) && !unknown.includes(wave))).toEqual([]);
  const known = all.filter((wave) => !unknown.includes(wave));
  expect(linesOf(last.stdout)).toEqual(known.map((wave) => wave.slice(1).padStart(24, '0')));
  expect(last.code).toBe(unknown.length === 0 ? 0 : 6);
  // Otherwise nothing was tested.
  expect(api.arrived.size).toBeGreaterThan(WAVES / 2);
}, 240_000);

async function newRunner(): Promise<Workplace> {
  const workplace = await createWorkplace();
  onTestFinished(() => workplace.remove());
  await writeFile(join(workplace.folder, 'waves.csv'), wavesCsv(WAVES));
  return workplace;
}
