/** The built program against an API that is broken or hostile: how it ends, and what memory it takes on the way. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { answerOf, bomb, endless, headOf, startRawServer, trickle, type RawAnswer } from '../support/raw-server.ts';

const ID = '67507ad05e593173d0313e0f';
const KEY = 'key-of-the-tests';
const MB = 1024;
const OK = headOf('200 OK');
const SMALL = answerOf(`{"type":"ROUTE","request_id":"${ID}","computation_time":1,"picks":[]}`);
const PASS_ON = `hint: optipick route get ${ID} -o answer.json passes on up to 1 GB\n`;

/**
 * Writes the peak of the resident memory, in KiB, to descriptor 3: 0 where the system does not tell. What Node tells of it
 * includes the memory of the process that it was forked from.
 */
const PEAK_HOOK = `process.on('exit', () => {
  const { existsSync, readFileSync, writeSync } = require('node:fs');
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  writeSync(3, /VmHWM:[^0-9]*([0-9]+)/.exec(status)?.[1] ?? '0');
});`;

let workplace: Workplace;
let peakHook: string;
let usual: number;
beforeAll(async () => {
  workplace = await createWorkplace();
  peakHook = join(workplace.folder, 'peak.cjs');
  await writeFile(peakHook, PEAK_HOOK);
  usual = (await get(SMALL, [])).peak;
  if (process.platform === 'linux') expect(usual).toBeGreaterThan(20 * MB);
  else usual = Number.POSITIVE_INFINITY;
});
afterAll(() => workplace.remove());

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  /** Bytes on stdout. */
  readonly size: number;
  /** Peak of the resident memory, in KiB. */
  readonly peak: number;
}

/** `route get` of one answer. */
async function get(answer: RawAnswer, args: readonly string[]): Promise<Ended> {
  await using server = await startRawServer(answer);
  const child = spawn(process.execPath, ['--require', peakHook, PROGRAM, 'route', 'get', ID, ...args], {
    cwd: workplace.folder,
    env: { ...workplace.env, OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let stderr = '';
  let peak = '';
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => (size += chunk.length));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (peak += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, stderr, size, peak: Number(peak) };
}

const failure = (message: string, hint = ''): string => `error: ${message}\nrequest id: ${ID}\n${hint}`;
const KEPT = failure(
  'the answer is too large to be read: its picks and clusters take more than 128 MB of memory',
  PASS_ON,
);
const LARGE = failure('the answer is larger than 256 MB', PASS_ON);
const LONG = failure('a value of the answer is longer than 1 MB');
const DEEP = failure('the answer has more than 512 levels of nesting');

describe('A6: an answer that would fill the memory ends as exit 6, with less than 200 MB more than a small one', () => {
  test.each<[what: string, answer: RawAnswer, args: readonly string[], stderr: string]>([
    ['half a megabyte of gzip that is 544 MB of picks', bomb('{"picks":[', '{},', 68), [], KEPT],
    ['half a megabyte of gzip that is 544 MB of text', bomb('{"x":"', 'x', 68), [], LARGE],
    ['picks without end', endless(`${OK}{"picks":[`, '{},'), [], KEPT],
    ['picks without end, for a report', endless(`${OK}{"picks":[`, '{},'), ['-o', 'report.html'], KEPT],
    ['clusters without end', endless(`${OK}{"optimal_clusters":[`, '{},'), [], KEPT],
    ['a text without end', endless(`${OK}{"error":"`, 'x'), [], LONG],
    ['a key without end', endless(`${OK}{"`, 'x'), ['-o', 'answer.json'], LONG],
    ['nesting without end', endless(OK, '['), [], DEEP],
    ['nesting without end, in a file', endless(`${OK}{"error":`, '{"x":'), ['-o', 'answer.json'], DEEP],
    [
      'chunks of one byte',
      endless(`${headOf('200 OK', 'transfer-encoding: chunked')}7\r\n{"error\r\n3\r\n":"\r\n`, '1\r\nx\r\n'),
      [],
      LONG,
    ],
  ])('%s', { timeout: 120_000 }, async (_what, answer, args, stderr) => {
    const ended = await get(answer, args);
    expect([ended.code, ended.stderr, ended.size]).toEqual([6, stderr, 0]);
    expect(ended.peak).toBeLessThan(usual + 200 * MB);
  });

  test('a text without end on its way into a pipe, after 1 GB of it', { timeout: 120_000 }, async () => {
    const ended = await get(endless(`${OK}{"x":"`, 'x'), ['--json']);
    expect(ended.code).toBe(6);
    expect(JSON.parse(ended.stderr)).toMatchObject({
      error: { code: 'answer_too_large', message: 'the answer is larger than 1 GB', exitCode: 6, retryable: false },
    });
    expect(ended.size).toBeGreaterThan(1000 * MB * MB);
    expect(ended.size).toBeLessThanOrEqual(MB ** 3);
    expect(ended.peak).toBeLessThan(usual + 200 * MB);
  });
});

test('A6: -o leaves the old file, and nothing else, where the answer turns out to be too large', async () => {
  const name = 'kept.json';
  await writeFile(join(workplace.folder, name), 'old');
  const before = await readdir(workplace.folder);
  // Far more than is held back until it is clear what it is.
  const start = `${OK}{"computation_time":1,"x":"${'x'.repeat(12 * 1024 * 1024)}","y":`;
  const { code, stderr } = await get(endless(start, '['), ['-o', name]);
  expect([code, stderr]).toEqual([6, DEEP]);
  expect(await readFile(join(workplace.folder, name), 'utf8')).toBe('old');
  expect(await readdir(workplace.folder)).toEqual(before);
});

describe('A6: an answer that is too large has come', () => {
  const deep = endless(`${OK}{"request_id":"${ID}","x":`, '[');

  test('and poll does not say that its job still runs', async () => {
    await using server = await startRawServer(deep);
    const env = { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url };
    const { code, stderr } = await workplace.run(['poll', ID, '--kind', 'route'], { env });
    expect([code, stderr, server.heads.length]).toEqual([6, DEEP, 1]);
    const many = await workplace.run(['poll', ID, `${ID}b`, '--kind', 'route'], { env });
    expect([many.code, many.stderr]).toEqual([6, expect.not.stringContaining('still running')]);
  });

  test('and the id that came with it is kept: nothing is posted twice', async () => {
    await using server = await startRawServer(deep);
    const env = { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url };
    await writeWave();
    const args = ['cluster', 'submit', 'wave.json', '--continue'];
    const first = await workplace.run([...args, '--sync', '--json'], { env });
    expect([first.code, JSON.parse(first.stderr)]).toMatchObject([
      6,
      { error: { code: 'answer_too_large', requestId: ID } },
    ]);
    const second = await workplace.run(args, { env });
    expect(second).toEqual({ code: 0, stdout: `${ID}\n`, stderr: `submitted before as ${ID}\n` });
    expect(server.heads.filter((head) => head.startsWith('POST'))).toHaveLength(1);
  });
});

async function writeWave(): Promise<void> {
  const picks = [{ pick_id: '1', order_id: 'A', list_id: 'L', location_id: 'A01' }];
  const wave = { site_name: 'Example', start_points: 'Start', end_points: 'End', picks };
  await writeFile(join(workplace.folder, 'wave.json'), JSON.stringify(wave));
}

describe('A6: an answer that trickles ends with --timeout', () => {
  const silent = /^127\.0\.0\.1:\d+ did not finish its answer within 1 s/;

  test.each([
    ['get', ['route', 'get', ID], 'timed_out', /^there was no answer within 1 s$/],
    ['poll', ['poll', ID, '--kind', 'route'], 'timeout', /did not finish its answer within [01](?:\.\d+)? s$/],
    ['submit --sync', ['cluster', 'submit', 'wave.json', '--sync'], 'may_have_been_accepted', silent],
    ['submit --wait', ['cluster', 'submit', 'wave.json', '--wait'], 'may_have_been_accepted', silent],
  ])('%s', async (_name, args, code, message) => {
    await using server = await startRawServer(trickle(OK, ' '));
    await writeWave();
    const env = { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: server.url };
    const ended = await workplace.run([...args, '--timeout', '1s', '--json'], { env });
    expect([ended.code, ended.stdout]).toEqual([6, '']);
    const { error } = JSON.parse(ended.stderr.trimEnd().split('\n').at(-1) ?? '') as { error: { message: string } };
    expect(error).toMatchObject({ code, exitCode: 6 });
    expect(error.message).toMatch(message);
  });
});

describe('A8: a name below .localhost is this machine, whatever a resolver says', () => {
  test('for the API', async () => {
    await using server = await startRawServer(SMALL);
    const url = server.url.replace('127.0.0.1', 'api.localhost');
    const env = { OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: url };
    const { code } = await workplace.run(['route', 'get', ID, '--json'], { env });
    expect([code, server.heads.length]).toEqual([0, 1]);
    expect(server.heads[0]).toContain(`host: api.localhost:${server.port}`);
  });

  test('for trigger', async () => {
    await using server = await startRawServer(answerOf('', '204 No Content'));
    const args = ['trigger', 'route.optimized', '--to', `http://hooks.localhost:${server.port}/x`];
    const env = { OPTIPICK_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    const { code, stderr } = await workplace.run(args, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(server.heads[0]).toMatch(/^POST \/x HTTP\/1\.1\r\n/);
  });
});
