/** Many ids at once, against a real server. */
import { existsSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { startScriptedServer, type Scripted } from '../support/scripted-server.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({ OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: url });
const idOf = (at: number): string => at.toString(16).padStart(24, '0');
const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const done = (id: string): Scripted => ({
  body: { type: 'CLUSTER', request_id: id, optimal_clusters: [], computation_time: 1, optimal_distance: 12_345 },
});
const pending: Scripted = { status: 202, body: {} };
const failed = (id: string): Scripted => ({ body: { type: 'CLUSTER', request_id: id, error: 'no way' } });

describe('poll with 300 ids', () => {
  test('from stdin prints a line for each, over at most 256 connections', async () => {
    const ids = Array.from({ length: 300 }, (_, at) => idOf(at));
    const looks = new Map<string, number>();
    let open = 0;
    let most = 0;
    const crowd = Promise.withResolvers<void>();
    const answer = async (id: string, look: number, response: ServerResponse): Promise<void> => {
      await crowd.promise;
      response.writeHead(look > 1 ? 200 : 202, { 'content-type': 'application/json' });
      const body = { type: 'CLUSTER', request_id: id, optimal_clusters: [], computation_time: 1 };
      response.end(JSON.stringify(look > 1 ? body : {}));
    };
    const server: Server = createServer((request, response) => {
      const id = request.url?.split('/').at(-1) ?? '';
      const look = (looks.get(id) ?? 0) + 1;
      looks.set(id, look);
      // Nobody is answered before so many wait at the same time.
      if (looks.size >= 150) crowd.resolve();
      void answer(id, look, response);
    });
    server.on('connection', (socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.on('close', () => (open -= 1));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const args = ['poll', '-', '--kind', 'cluster', '--interval', '100ms', '--json'];
      const result = await workplace.run(args, { env: env(url), input: `${ids.join('\n')}\n${ids[0]}\n` });
      expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
      const lines = linesOf(result.stdout);
      expect(lines.map((line) => String(line['request_id'])).toSorted()).toEqual(ids);
      expect(lines[0]).toEqual({
        v: 1,
        type: 'result',
        request_id: lines[0]?.['request_id'],
        kind: 'cluster',
        state: 'done',
        result: { type: 'CLUSTER', request_id: lines[0]?.['request_id'], optimal_clusters: [], computation_time: 1 },
      });
      expect([...looks.values()]).toEqual(ids.map(() => 2));
      expect(most).toBeGreaterThanOrEqual(150);
      expect(most).toBeLessThanOrEqual(256);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('poll with several ids', () => {
  const [good, bad, slow, forbidden] = [idOf(1), idOf(2), idOf(3), idOf(4)];
  const api = (answers: Readonly<Record<string, Scripted>>) =>
    startScriptedServer(({ url }) => answers[url.slice(-24)] ?? { status: 500 });
  const poll = (url: string, ids: readonly string[], ...flags: readonly string[]) =>
    workplace.run(['poll', ...ids, '--kind', 'cluster', '--interval', '20ms', '--timeout', '2s', ...flags], {
      env: env(url),
    });

  test('ends with the worst of their codes, and shows what came', async () => {
    await using server = await api({
      [good]: done(good),
      [bad]: failed(bad),
      [slow]: pending,
      [forbidden]: { status: 403, body: { message: 'Forbidden' } },
    });
    const codes = {
      'all well': (await poll(server.url, [good, idOf(1)])).code,
      'one pending': (await poll(server.url, [good, slow])).code,
      'one failed': (await poll(server.url, [slow, bad])).code,
      'one forbidden': (await poll(server.url, [bad, forbidden, good])).code,
    };
    expect(codes).toEqual({ 'all well': 0, 'one pending': 8, 'one failed': 3, 'one forbidden': 4 });
  });

  test('tells of each with --json: results on stdout, failures on stderr, a line each', async () => {
    await using server = await api({ [good]: done(good), [bad]: failed(bad), [slow]: pending });
    const result = await poll(server.url, [good, bad, slow], '--json');
    expect(result.code).toBe(3);
    const results = linesOf(result.stdout).map((line) => [line['type'], line['request_id'], line['state']].join(' '));
    expect(results.toSorted()).toEqual([`result ${good} done`, `result ${bad} failed`]);
    const [resume, ...errors] = result.stderr
      .trimEnd()
      .split('\n')
      .toSorted((a, b) => Number(a.startsWith('{')) - Number(b.startsWith('{')));
    expect(resume).toBe(`still running; resume with: optipick poll ${slow}`);
    expect(errors.map((line) => (JSON.parse(line) as { error: Record<string, unknown> }).error)).toEqual([
      expect.objectContaining({ code: 'not_finished', exitCode: 8, requestId: slow, retryable: true }),
      { code: 'job_failed', message: '2 of 3 requests failed', exitCode: 3, retryable: false },
    ]);
  });

  test('shows tables one below the other, with a word on what did not come', async () => {
    await using server = await api({ [good]: done(good), [slow]: pending });
    const result = await poll(server.url, [good, slow], '-q');
    expect(result).toEqual({
      code: 8,
      stdout: `Cluster · ${good}\n\npicks     0 in 0 clusters\ndistance  123 m\nsaved     n/a: the answer has no as-is distance: send list_id with every pick (and lists that respect the limits)\ncomputed  in 1 s\n\n`,
      stderr:
        `error: request ${slow} is not finished after 2 s\n` +
        `still running; resume with: optipick poll ${slow}\n` +
        'error: 1 of 2 requests failed\n',
    });
  });

  test.skipIf(process.platform === 'win32')('ends when nobody reads the answers any more, quietly', async () => {
    const later = idOf(5);
    const gone = join(workplace.folder, 'gone');
    await using server = await startScriptedServer(({ url }) => {
      const id = url.slice(-24);
      if (id === good) return done(good);
      return id === later && existsSync(gone) ? done(later) : pending;
    });
    const { execa } = await import('execa');
    const script =
      '{ "$NODE" "$PROGRAM" poll "$@" --json --interval 100ms --timeout 1h; echo "code $?" >&2; } | ' +
      '{ head -1; exec <&-; : > "$GONE"; }';
    const { stdout, stderr } = await execa('sh', ['-c', script, 'sh', slow, later, good], {
      env: { ...workplace.env, ...env(server.url), NODE: process.execPath, PROGRAM, GONE: gone },
      extendEnv: false,
      timeout: 25_000,
    });
    expect(stdout).toContain(`"request_id":"${good}"`);
    expect(stderr).toBe('code 0');
  });

  test('ends at the first one with --any', async () => {
    await using server = await api({ [good]: done(good), [slow]: pending });
    const result = await poll(server.url, [slow, good], '--any', '--json', '--timeout', '20s');
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    expect(linesOf(result.stdout).map((line) => line['request_id'])).toEqual([good]);
  });

  test('takes no file for its answers', async () => {
    await using server = await api({});
    const result = await poll(server.url, [good, bad], '-o', 'answers.json');
    expect(result).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: --output takes one answer as json and there are several ids\n' +
        'hint: use --json > answers.ndjson: one line for each answer; or -o with .csv, .md or .html\n',
    });
    expect(server.seen).toEqual([]);
  });

  test('needs at least one id', async () => {
    const none = await workplace.run(['poll']);
    expect(none).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: poll needs a request id\n' +
        'hint: optipick poll <id>, or optipick poll --pending for all that was submitted from here\n',
    });
    const empty = await workplace.run(['poll', '-', '--json'], { input: '\n \n' });
    expect({ code: empty.code, stderr: JSON.parse(empty.stderr) as unknown }).toMatchObject({
      code: 2,
      stderr: { error: { code: 'missing_argument', message: 'there are no request ids on stdin' } },
    });
  });
});
