/** Start-up of the built program beside a bare `node -e 0` on the same Node: medians of paired runs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';

const PROGRAM = fileURLToPath(new URL('../bin/optipick.js', import.meta.url));
const ROUNDS = 15;

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** What was promised, as a ratio to the bare run. */
  readonly limit: number;
}

const ANSWER = JSON.stringify({
  type: 'CLUSTER',
  request_id: '6'.repeat(24),
  optimal_clusters: [],
  computation_time: 0,
});

export async function benchStartUp(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(ANSWER);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    OPTIPICK_CONFIG_DIR: join(folder, 'config'),
    OPTIPICK_STATE_DIR: join(folder, 'state'),
    NODE_COMPILE_CACHE: join(folder, 'cache'),
  };
  spawnSync(process.execPath, [PROGRAM, 'config', 'set', 'api-key', '-'], { env, input: 'bench-key\n' });
  const cases: readonly Case[] = [
    { name: '--version', args: ['--version'], limit: 1.3 },
    { name: '--help', args: ['--help'], limit: 1.7 },
    {
      name: 'poll --once, stored key',
      args: ['poll', '6'.repeat(24), '--once', '--json', '--base-url', `http://127.0.0.1:${port}`],
      limit: 3,
    },
  ];
  print('start-up, ratio to node -e 0 (medians of paired runs)');
  try {
    for (const { name, args, limit } of cases) {
      const ratios: number[] = [];
      const times: number[] = [];
      for (let round = -2; round < ROUNDS; round += 1) {
        const bare = await timed(['-e', '0'], env);
        const ours = await timed([PROGRAM, ...args], env);
        if (round < 0) continue; // fills the compile cache and the file cache
        ratios.push(ours / bare);
        times.push(ours);
      }
      const ratio = median(ratios);
      print(
        `  ${name.padEnd(26)} ${ratio.toFixed(2)}  (${median(times).toFixed(0)} ms; at most ${limit}${ratio > limit ? ', MISSED' : ''})`,
      );
    }
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall time in milliseconds. The server above runs in this process, so the wait must not block it. */
function timed(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`node ${args.join(' ')} ended with ${code}: ${errors}`));
      else resolve(Number(process.hrtime.bigint() - begun) / 1e6);
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
