/**
 * `npm run torture`: long runs of the tests of the same name, with another seed each time. Two listeners with different
 * flags while everything around them goes wrong, for half an hour or `--minutes <n>`; with `--events <n>` one listener that
 * is killed `--kills <n>` times while so many webhooks arrive. `--seed <n>` makes what goes wrong go wrong again.
 * `--requests`: see torture-requests.ts; `--postgres`: three listeners on one database, with `--events`, `--kills` of them and
 * `--server-kills`, and a standby that takes over.
 */
import { parseArgs } from 'node:util';
import { mixedTorture } from '../test/support/mixed-torture.ts';
import { createWorkplace, type Workplace } from '../test/support/program.ts';
import { sharedTorture, type SharedPlan } from '../test/support/shared-torture.ts';
import { torture } from '../test/support/torture.ts';
import { tortureRequests } from './torture-requests.ts';

const args = process.argv.slice(2);
if (args.includes('--requests')) await tortureRequests(args);
else await tortureListeners(args);

async function tortureListeners(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      events: { type: 'string' },
      kills: { type: 'string' },
      postgres: { type: 'boolean', default: false },
      'server-kills': { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const { events, minutes, kills, postgres, seed } = values;
  const workplace = await createWorkplace();
  try {
    if (postgres) {
      const plan = { events: Number(events ?? 10_000), kills: Number(kills ?? 30), seed: Number(seed) };
      if (!(await runShared(workplace, { ...plan, serverKills: Number(values['server-kills']) }))) process.exitCode = 1;
      return;
    }
    const isWell =
      events === undefined
        ? await runMixed(workplace, Number(minutes), Number(seed))
        : await runKills(workplace, Number(events), Number(kills ?? 100), Number(seed));
    if (!isWell) process.exitCode = 1;
  } finally {
    await workplace.remove();
  }
}

async function runMixed(workplace: Workplace, minutes: number, seed: number): Promise<boolean> {
  console.error(`two listeners, ${minutes} minutes, seed ${seed}`);
  let minute = 0;
  const report = await mixedTorture(workplace, {
    seed,
    durationMs: minutes * 60_000,
    onProgress({ acknowledged, troubles }) {
      minute += 1;
      console.error(`minute ${minute}: ${acknowledged} acknowledged, ${troubles} troubles`);
    },
  });
  const { lost, owedNotDone, surprises } = report;
  print({ ...report, lost: lost.length, owedNotDone: owedNotDone.length, surprises: surprises.length });
  for (const each of [...lost, ...owedNotDone, ...surprises].slice(0, 50)) console.error(each);
  return lost.length + owedNotDone.length + surprises.length === 0 && report.integrity === 'ok';
}

async function runKills(workplace: Workplace, events: number, kills: number, seed: number): Promise<boolean> {
  console.error(`${events} webhooks, ${kills} kills, seed ${seed}`);
  const { lost, ...report } = await torture(workplace, { events, kills, seed });
  print({ seed, ...report, lost: lost.length });
  const isWhole = report.integrity === 'ok' && report.acknowledged === events && report.statuses['done'] === events;
  return lost.length === 0 && isWhole;
}

async function runShared(workplace: Workplace, plan: SharedPlan): Promise<boolean> {
  console.error(`three listeners, ${plan.events} webhooks, seed ${plan.seed}`);
  const { lost, owedNotDone, surprises, ...report } = await sharedTorture(workplace, {
    ...plan,
    onProgress: (text) => console.error(text),
  });
  print({ ...report, lost: lost.length, owedNotDone: owedNotDone.length, surprises: surprises.length });
  for (const each of [...lost, ...owedNotDone, ...surprises].slice(0, 50)) console.error(each);
  const isWhole = report.acknowledged === plan.events && report.storedTwice === 0 && report.promotions === 1;
  return lost.length + owedNotDone.length + surprises.length === 0 && isWhole;
}

function print(figures: Readonly<Record<string, unknown>>): void {
  console.log({ ...figures, seconds: Math.round(performance.now() / 1000) });
}
