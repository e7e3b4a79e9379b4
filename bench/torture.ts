/**
 * `npm run torture`: a long run of the test of the same name, with another seed each time. `npm run torture -- 50000 100 7`
 * sends 50,000 webhooks, kills the listener 100 times, and takes 7 for the seed. `--requests`: see torture-requests.ts.
 */
import { createWorkplace } from '../test/support/program.ts';
import { torture } from '../test/support/torture.ts';
import { tortureRequests } from './torture-requests.ts';

const args = process.argv.slice(2);
if (args.includes('--requests')) await tortureRequests(args);
else await tortureListener(args);

async function tortureListener(args: readonly string[]): Promise<void> {
  const [events = 20_000, kills = 100, seed = Date.now() % 1_000_000] = args.map(Number);
  const workplace = await createWorkplace();
  try {
    console.log(`${events} webhooks, ${kills} kills, seed ${seed}`);
    const begun = performance.now();
    const { lost, ...report } = await torture(workplace, { events, kills, seed });
    console.log({ ...report, lost: lost.length, seconds: Math.round((performance.now() - begun) / 1000) });
    const whole = report.integrity === 'ok' && report.acknowledged === events && report.statuses['done'] === events;
    if (lost.length > 0 || !whole) process.exitCode = 1;
  } finally {
    await workplace.remove();
  }
}
