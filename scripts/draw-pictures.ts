/** The pictures of the README, from a real run: optipick on a terminal, against a sandbox whose clock stands still. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createLibraryHost } from '../src/platform/library-host.ts';
import { createSandbox } from '../src/sandbox/server.ts';
import { installProgram } from '../test/support/docs-workplace.ts';
import { createWorkplace } from '../test/support/program.ts';
import { screenOf } from '../test/support/screen.ts';
import { startCommandOnTerminal } from '../test/support/terminal.ts';
import { reportPicture } from './report-picture.ts';
import { terminalPicture } from './terminal-picture.ts';

const COLUMNS = 84;

const COMMANDS = [
  'optipick example cluster --picks 28 > wave.json',
  'optipick cluster submit wave.json --wait',
  "optipick cluster submit wave.json --wait --fail-if 'saving<5%' -o report.html",
];

/** Names of files and what is in them; the same program gives the same pictures. */
export async function drawPictures(): Promise<ReadonlyMap<string, string>> {
  const workplace = await createWorkplace();
  const sandbox = await createSandbox(steadyHost(), { seed: 1, latency: 50 });
  const env = {
    PATH: `${await installProgram(workplace)}${delimiter}${workplace.env['PATH'] ?? ''}`,
    OPTIPICK_BASE_URL: sandbox.url,
    OPTIPICK_API_KEY: sandbox.apiKey,
    TZ: 'UTC',
  };
  try {
    const lines: string[] = [];
    for (const command of COMMANDS) {
      const run = startCommandOnTerminal(workplace, ['sh', '-c', command], { columns: COLUMNS, env });
      const code = await run.ended;
      if (code !== 0) throw new Error(`${command} ends with ${code}:\n${run.screen}`);
      lines.push(`\u001b[32m$\u001b[39m ${command}`, ...screenOf(run.screen), '');
    }
    const report = await readFile(join(workplace.folder, 'report.html'), 'utf8');
    return new Map([
      ['terminal.svg', terminalPicture(lines.slice(0, -1), COLUMNS, 'A terminal with the commands of a first request')],
      ['report.svg', reportPicture(report, 'The report of a wave: figures, bars and floor plans')],
    ]);
  } finally {
    await sandbox.stop();
    await workplace.remove();
  }
}

/** Every look at the stopwatch takes as long; every id follows from how many there were before. */
function steadyHost() {
  const host = createLibraryHost();
  let looks = 0;
  let draws = 0;
  return {
    ...host,
    clock: { ...host.clock, now: () => Date.UTC(2026, 0, 12, 9), monotonic: () => (looks += 1) * 0.02 },
    randomBytes: (size: number) =>
      createHash('sha256')
        .update(`picture ${(draws += 1)}`)
        .digest()
        .subarray(0, size),
  };
}
