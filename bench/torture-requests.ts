/**
 * `npm run torture -- --requests`: a million generated requests against a listener, with another seed each time.
 * `--requests 50000 --seed 7` sends 50,000 and takes 7 for the seed.
 */
import { parseArgs } from 'node:util';
import { createWorkplace } from '../test/support/program.ts';
import { tortureWithRequests } from '../test/support/request-torture.ts';

export async function tortureRequests(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { requests: { type: 'boolean' }, seed: { type: 'string' } },
    allowPositionals: true,
  });
  const requests = Number(positionals[0] ?? 1_000_000);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const workplace = await createWorkplace();
  try {
    console.log(`${requests} requests, seed ${seed}`);
    const started = performance.now();
    const onProgress = (sent: number): void => void (process.stderr.isTTY && process.stderr.write(`\r${sent} `));
    const report = await tortureWithRequests(workplace, { requests, seed, onProgress });
    console.log({ ...report, seconds: Math.round((performance.now() - started) / 1000) });
    const { genuine, answers, wrong, lost, unexpected, code } = report;
    const isWhole = answers['204'] === genuine && code === 143;
    if (!isWhole || wrong.length + lost.length + unexpected.length > 0) process.exitCode = 1;
  } finally {
    await workplace.remove();
  }
}
