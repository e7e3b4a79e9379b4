/** Answers of a real sandbox, of 50 MB, through pipes and with Ctrl-C. */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { largeAnswer } from '../support/large-answer.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { startSandbox } from '../support/sandbox.ts';
import { waveOf } from '../support/wave.ts';

const MB = 1024;

let workplace: Workplace;
beforeAll(async () => {
  workplace = await createWorkplace();
});
afterAll(async () => {
  await workplace.remove();
});

const at = (name: string): string => join(workplace.folder, name);

describe('two answers of a sandbox', () => {
  beforeAll(async () => {
    await using sandbox = await startSandbox(workplace, ['--latency', '0ms']);
    const wave = waveOf({ picks: 120, orders: 40 });
    for (const [name, most] of [
      ['few.json', 5],
      ['many.json', 8],
    ] as const) {
      const { body } = await sandbox.call('POST', '/optimize/cluster', { ...wave, parameters: { max_orders: most } });
      await writeFile(at(name), JSON.stringify(body));
    }
  });

  test('are compared, from a file and from a pipe', async () => {
    const plain = await workplace.run(['diff', 'few.json', 'many.json', '--json']);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    const document = JSON.parse(plain.stdout) as Record<string, Record<string, number>>;
    expect(document).toMatchObject({
      kind: 'cluster',
      same: false,
      a: { picks: 120, clusters: 8 },
      b: { picks: 120, clusters: 5 },
      difference: { picks: 0, clusters: -3 },
      only_in_a: [],
      only_in_b: [],
    });
    expect(document['difference']?.['optimal_distance']).toBeLessThan(0);
    const piped = await workplace.run(['diff', '-', 'many.json', '--json'], {
      input: await readFile(at('few.json'), 'utf8'),
    });
    expect({ ...piped, stdout: piped.stdout.replace('<stdin>', 'few.json') }).toEqual(plain);
  });

  test('are the same as themselves', async () => {
    const { code, stdout } = await workplace.run(['diff', 'few.json', 'few.json']);
    expect([code, stdout.endsWith('\nthe two answers say the same\n')]).toEqual([0, true]);
  });
});

test('two answers of 50 MB are compared in less than 400 MB', { timeout: 120_000 }, async () => {
  const content = largeAnswer(100_000);
  await writeFile(at('large-a.json'), content);
  await writeFile(at('large-b.json'), content.toString().replaceAll('"pick_7"', '"pick_x"'));
  await writeFile(
    at('peak.cjs'),
    "process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))",
  );
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--require', './peak.cjs', PROGRAM, 'diff', 'large-a.json', 'large-b.json'],
    { cwd: workplace.folder, env: workplace.env, extendEnv: false, reject: false },
  );
  expect([exitCode, stdout.split('\n').slice(-7)]).toEqual([
    0,
    ['1 pick only in A', 'PICK', 'pick_7', '', '1 pick only in B', 'PICK', 'pick_x'],
  ]);
  expect(Number(stderr)).toBeLessThan(400 * MB);
});

test.skipIf(process.platform === 'win32')('Ctrl-C ends the waiting for stdin', async () => {
  await writeFile(at('one.json'), largeAnswer(1));
  const child = spawn(process.execPath, [PROGRAM, 'diff', 'one.json', '-'], {
    cwd: workplace.folder,
    env: workplace.env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  // More than a pipe holds: once it is taken, the program is reading.
  await new Promise((resolve) => {
    child.stdin.write(`{"note":"${'x'.repeat(1_000_000)}`, resolve);
  });
  child.kill('SIGINT');
  expect([await ended, stderr]).toEqual([130, '']);
});
