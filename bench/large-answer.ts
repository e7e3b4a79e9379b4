/** An answer of 50 MB (100,000 picks): wall time and peak memory beside curl to a file. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LARGE_ANSWER_ID, largeAnswer } from '../test/support/large-answer.ts';

const PROGRAM = fileURLToPath(new URL('../bin/optipick.js', import.meta.url));
const PICKS = 100_000;

export async function benchLargeAnswer(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  const answer = largeAnswer(PICKS);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const base = `http://127.0.0.1:${port}`;
  const id = LARGE_ANSWER_ID;
  const peak = join(folder, 'peak.cjs');
  writeFileSync(
    peak,
    "process.on('exit', () => require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS)))",
  );
  const get = ['--require', peak, PROGRAM, 'route', 'get', id, '--base-url', base];
  const env = {
    PATH: process.env['PATH'] ?? '',
    OPTIPICK_API_KEY: 'bench-key',
    OPTIPICK_CONFIG_DIR: join(folder, 'config'),
    OPTIPICK_STATE_DIR: join(folder, 'state'),
  };
  const cases: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
    ['curl to a file', 'curl', ['-s', '-o', join(folder, 'curl.json'), `${base}/optimize/route/${id}`]],
    ['get --json to a pipe', process.execPath, [...get, '--json']],
    ['get -o answer.json', process.execPath, [...get, '-o', join(folder, 'answer.json')]],
    ['get, as a table', process.execPath, get],
  ];
  print(`an answer of ${(answer.length / 1e6).toFixed(0)} MB, ${PICKS.toLocaleString('en')} picks`);
  try {
    let baseline = 0;
    for (const [name, command, args] of cases) {
      const { ms, peakMb } = await measured(command, args, env);
      if (baseline === 0) baseline = ms;
      const memory = peakMb === undefined ? '' : `, peak ${peakMb.toFixed(0)} MB`;
      print(`  ${name.padEnd(26)} ${ms.toFixed(0)} ms (${(ms / baseline).toFixed(1)} times curl)${memory}`);
    }
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command with its output thrown away; Node tells its own peak when it ends. */
function measured(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly ms: number; readonly peakMb: number | undefined }> {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
    let peak = '';
    child.stdout?.resume();
    child.stdio[3]?.on('data', (chunk: Buffer) => (peak += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) {
        reject(new Error(`${command} ended with ${code}`));
        return;
      }
      const ms = Number(process.hrtime.bigint() - begun) / 1e6;
      resolve({ ms, peakMb: peak === '' ? undefined : Number(peak) / 1024 });
    });
  });
}
