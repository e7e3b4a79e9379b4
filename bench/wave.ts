/** A wave of 2,500 picks from CSV to the printed table on the sandbox: what the tool itself takes beside bare `node`. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/optipick.js', import.meta.url));
const PICKS = 2500;
const RUNS = 5;

/** Tells the processor time of a process, in milliseconds, as its last line on stderr. */
const TELL_CPU = `data:text/javascript,${encodeURIComponent(
  'import{writeSync}from"node:fs";process.on("exit",()=>{const{user,system}=process.cpuUsage();writeSync(2,"cpu "+(user+system)/1000+"\\n")})',
)}`;

/** The same bytes in and out: the table split into cells, the answer parsed. Nothing is checked, sent or shown. */
const PARSE = `
const { readFileSync } = require('node:fs');
const [table, answer] = process.argv.slice(1);
let cells = 0;
for (const line of readFileSync(table, 'utf8').split('\\n')) cells += line.split(',').length;
if (cells === 0 || JSON.parse(readFileSync(answer, 'utf8')).optimal_clusters === undefined) process.exit(1);
`;

/** Prints medians of the processor time; the sandbox works in a process of its own and does not count. */
export async function benchWave(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  const [table, answer] = [join(folder, 'wave.csv'), join(folder, 'answer.json')];
  const sandbox = spawn(process.execPath, [PROGRAM, 'sandbox', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    writeFileSync(table, tableOf(PICKS));
    const ready = JSON.parse(await firstLine(sandbox.stdout)) as { readonly url: string; readonly api_key: string };
    const env = {
      PATH: process.env['PATH'] ?? '',
      OPTIPICK_BASE_URL: ready.url,
      OPTIPICK_API_KEY: ready.api_key,
      OPTIPICK_STATE_DIR: folder,
      OPTIPICK_CONFIG_DIR: folder,
    };
    const submit = [
      PROGRAM,
      'cluster',
      'submit',
      table,
      '--site',
      'Example',
      '--start',
      'Start',
      '--end',
      'End',
      '--sync',
    ];
    cpuOf([...submit, '-o', answer], env);
    const tool = median(Array.from({ length: RUNS }, () => cpuOf(submit, env)));
    const node = median(Array.from({ length: RUNS }, () => cpuOf(['-e', PARSE, table, answer], env)));
    print(`a wave of ${PICKS} picks, from CSV to the printed table on the sandbox; node: the same bytes parsed`);
    print(
      `  processor time: optipick ${tool.toFixed(0)} ms, node ${node.toFixed(0)} ms: ${(tool / node).toFixed(1)} times node`,
    );
  } finally {
    sandbox.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function cpuOf(args: readonly string[], env: Readonly<Record<string, string>>): number {
  const { status, stderr } = spawnSync(process.execPath, ['--import', TELL_CPU, ...args], { env, encoding: 'utf8' });
  const cpu = /^cpu ([\d.]+)$/m.exec(stderr)?.[1];
  if (status !== 0 || cpu === undefined) throw new Error(`it ended with ${status}: ${stderr}`);
  return Number(cpu);
}

function tableOf(picks: number): string {
  const rows = ['WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,ZONE'];
  for (let row = 0; row < picks; row += 1) {
    const location = `${'ABCD'[row % 4]}${String(1 + ((row * 7) % 10)).padStart(2, '0')}`;
    rows.push(`W1,P${row},O${Math.floor(row / 3)},${location},L${Math.floor(row / 50)},${row % 50},north`);
  }
  return `${rows.join('\n')}\n`;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('the sandbox ended without a word');
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
