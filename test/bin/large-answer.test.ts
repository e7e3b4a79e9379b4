/** An answer of 50 MB through slow readers, in bounded memory. */
import { createHash } from 'node:crypto';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LARGE_ANSWER_ID, largeAnswer } from '../support/large-answer.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';

const PICKS = 100_000;
const ANSWER = largeAnswer(PICKS);
const MB = 1024;

let workplace: Workplace;
let server: Server;
let url: string;
let peakHook: string;
beforeAll(async () => {
  workplace = await createWorkplace();
  peakHook = join(workplace.folder, 'peak.cjs');
  await writeFile(
    peakHook,
    "process.on('exit', () => require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS)))",
  );
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await workplace.remove();
});

interface Measured {
  readonly code: number | null;
  readonly stderr: string;
  /** Peak of the resident memory, in KiB. */
  readonly peak: number;
}

/** Runs `route get` and hands its stdout to `read`. */
async function get(args: readonly string[], read: (stdout: Readable) => Promise<void>): Promise<Measured> {
  const child = spawn(process.execPath, ['--require', peakHook, PROGRAM, 'route', 'get', LARGE_ANSWER_ID, ...args], {
    cwd: workplace.folder,
    env: { ...workplace.env, OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let stderr = '';
  let peak = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (peak += chunk.toString()));
  const closed = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  await read(child.stdout);
  return { code: await closed, stderr, peak: Number(peak) };
}

describe('an answer of 50 MB', () => {
  test('arrives whole through a slow reader with --json, in less than 150 MB', async () => {
    const hash = createHash('sha256');
    let size = 0;
    let pauses = 0;
    const { code, stderr, peak } = await get(['--json'], async (stdout) => {
      for await (const chunk of stdout as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        // Falls behind again and again, so that all between here and the server has to wait.
        if (size > pauses * 2_000_000) {
          pauses += 1;
          await pause(20);
        }
      }
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // One line end is added, as the answer has none.
    expect(hash.digest('hex')).toBe(createHash('sha256').update(ANSWER).update('\n').digest('hex'));
    expect(pauses).toBeGreaterThan(20);
    expect(peak).toBeLessThan(150 * MB);
  });

  test('is shown as a table in less than 350 MB, with all its rows when asked for', async () => {
    let text = '';
    const { code, stderr, peak } = await get(['--all'], async (stdout) => {
      for await (const chunk of stdout as AsyncIterable<Buffer>) text += chunk.toString();
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = text.split('\n');
    expect(lines[0]).toBe(`Route · ${LARGE_ANSWER_ID}`);
    expect(lines.filter((line) => line.includes('pick_')).length).toBe(PICKS);
    expect(lines.slice(-6)).toEqual([
      '',
      'picks     100000',
      'distance  200.00 km -> 100.00 km',
      'saved     100.00 km (50.0%)',
      'computed  in 1 s',
      '',
    ]);
    expect(peak).toBeLessThan(350 * MB);
  });

  test('is cut to twenty rows and a line that tells of the rest', async () => {
    let text = '';
    const { code } = await get([], async (stdout) => {
      for await (const chunk of stdout as AsyncIterable<Buffer>) text += chunk.toString();
    });
    expect(code).toBe(0);
    const lines = text.split('\n');
    expect(lines.filter((line) => line.includes('pick_')).length).toBe(20);
    expect(lines).toContain('… 99980 more; --all shows them');
  });

  test.each([['--json'], ['--all']])('ends quietly when the reader goes away: %s | head -1', async (flag) => {
    const words = [process.execPath, PROGRAM, 'route', 'get', LARGE_ANSWER_ID, flag]
      .map((word) => `'${word}'`)
      .join(' ');
    const { exitCode, stdout, stderr } = await execa('sh', ['-c', `{ ${words}; echo "code $?" >&2; } | head -c 8`], {
      cwd: workplace.folder,
      env: { ...workplace.env, OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: url },
      extendEnv: false,
    });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: flag === '--json' ? '{"type":' : 'Route · '.slice(0, 7),
      stderr: 'code 0',
    });
  });
});
