/** Tables and NDJSON to requests: time beside `node` taking the same bytes apart, and peak memory. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('input-child.ts', import.meta.url));
const LOCATIONS = ['A', 'B', 'C', 'D'].flatMap((aisle) =>
  Array.from({ length: 10 }, (_, bay) => `${aisle}${String(bay + 1).padStart(2, '0')}`),
);
const HEADER = 'WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,QUANTITY,ZONE';

/** What a script of a few lines would do: lines, then cells, or each line as JSON. Nothing is checked or kept. */
const SPLIT = `
const { createReadStream } = require('node:fs');
const [path, format] = process.argv.slice(1);
(async () => {
  const begun = process.hrtime.bigint();
  let rest = '', cells = 0;
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 262144 })) {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    for (const line of lines) cells += format === 'csv' ? line.split(',').length : Object.keys(JSON.parse(line)).length;
  }
  console.log(JSON.stringify({ ms: Number(process.hrtime.bigint() - begun) / 1e6, cells }));
})();
`;

interface Split {
  readonly ms: number;
}

interface Opened {
  readonly ms: number;
  readonly bodiesMs: number;
  readonly peakMb: number;
  readonly requests: number;
  readonly picks: number;
  readonly bytes: number;
}

export async function benchInput(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  try {
    const cases: readonly (readonly [name: string, file: string, content: Iterable<string>])[] = [
      ['CSV, a wave of 2,500 rows', 'wave.csv', csvRows(2500, () => 0)],
      ['CSV, 1,000,000 rows, 400 waves in turn', 'waves.csv', csvRows(1_000_000, (row) => row % 400)],
      ['CSV, 1,000,000 rows, one wave', 'one.csv', csvRows(1_000_000, () => 0)],
      ['NDJSON, 400 requests of 2,500 picks', 'requests.ndjson', requestLines(400, 2500)],
    ];
    print('inputs to requests, all checked; node: the same bytes split, or parsed line by line, and thrown away');
    for (const [name, file, content] of cases) {
      const path = join(folder, file);
      write(path, content);
      const base = run(['-e', SPLIT, path, file.endsWith('.csv') ? 'csv' : 'ndjson']) as Split;
      const opened = run([CHILD, path, folder]) as Opened;
      const size = `${(statSync(path).size / 1e6).toFixed(1)} MB`;
      const time = `${opened.ms.toFixed(0)} ms (${(opened.ms / base.ms).toFixed(1)} times node)`;
      const bodies = `${opened.requests} bodies of ${(opened.bytes / 1e6).toFixed(1)} MB read again in ${opened.bodiesMs.toFixed(0)} ms`;
      print(`  ${name.padEnd(40)} ${size.padStart(9)}: ${time}, peak ${opened.peakMb.toFixed(0)} MB; ${bodies}`);
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* csvRows(count: number, waveOf: (row: number) => number): Generator<string> {
  yield `${HEADER}\n`;
  for (let row = 0; row < count; row += 1) {
    const location = LOCATIONS[row % LOCATIONS.length];
    yield `W${waveOf(row)},P${row},O${Math.floor(row / 3)},${location},L${Math.floor(row / 50)},${row % 50},${(row % 7) + 1},north\n`;
  }
}

function* requestLines(requests: number, picks: number): Generator<string> {
  for (let request = 0; request < requests; request += 1) {
    const list = Array.from({ length: picks }, (_, pick) => ({
      pick_id: `P${request}-${pick}`,
      order_id: `O${Math.floor(pick / 3)}`,
      location_id: LOCATIONS[pick % LOCATIONS.length],
      list_id: `L${Math.floor(pick / 50)}`,
      asis_sequence: pick % 50,
    }));
    yield `${JSON.stringify({ wave_id: `W${request}`, picks: list })}\n`;
  }
}

function write(path: string, content: Iterable<string>): void {
  const file = openSync(path, 'w');
  try {
    let pending = '';
    for (const piece of content) {
      pending += piece;
      if (pending.length < 1_000_000) continue;
      writeSync(file, pending);
      pending = '';
    }
    writeSync(file, pending);
  } finally {
    closeSync(file);
  }
}

/** What the script prints; each in a process of its own, so that the peak is its own. */
function run(args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args[0]} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
