/** Ids that a shell, a terminal or the parser of options would take for something else. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, type Http } from '../../src/lib/net/http.ts';
import { main } from '../../src/app/main.ts';
import { createFakeHost } from '../support/fake-host.ts';
import { run } from '../support/run.ts';

const REQUEST = readFileSync(new URL('../fixtures/example-cluster-request.json', import.meta.url), 'utf8');
const ANSWER = readFileSync(new URL('../fixtures/example-cluster-response.json', import.meta.url), 'utf8');
const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };
const files = { 'wave.json': REQUEST };

/** An API that gives every job one id and knows the answer of no other. */
function apiFor(id: string): Http {
  return async (request) => {
    if (request.method === 'POST') return jsonResponse(200, { request_id: id });
    const asked = decodeURIComponent(new URL(request.url).pathname.split('/').at(-1) ?? '');
    if (asked !== id) return jsonResponse(404, { detail: 'Not Found' });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: bodyOf(ANSWER) };
  };
}

const ODD = ['-rf', '--json', 'a\u009b31mb', 'a\u202eb', '-\u0007'];

describe.each(ODD)('the id %j', (id) => {
  test('is printed as poll and get accept it, from the command line and from stdin', async () => {
    const http = apiFor(id);
    const { code, stdout } = await run(['cluster', 'submit', 'wave.json'], { env, files, http });
    expect([code, /^"[!-~]+"\n$/.test(stdout)]).toEqual([0, true]);
    const word = stdout.trimEnd();
    const ends = [
      await run(['poll', word, '--kind', 'cluster', '--json'], { env, http }),
      await run(['cluster', 'get', word, '--json'], { env, http }),
      await run(['poll', '-', '--kind', 'cluster', '--json'], { env, http, stdin: stdout }),
    ];
    expect(ends.map(({ code: end }) => end)).toEqual([0, 0, 0]);
    for (const end of ends) expect(JSON.parse(end.stdout)).toEqual(JSON.parse(ANSWER));
  });

  test('is in the line to resume with as a word of the shell', async () => {
    const http: Http = async (request) =>
      request.method === 'POST' ? jsonResponse(200, { request_id: id }) : jsonResponse(202, {});
    const { code, stderr } = await run(['cluster', 'submit', 'wave.json', '--wait', '--timeout', '1s'], {
      env,
      files,
      http,
    });
    expect(code).toBe(8);
    const word = /resume with: optipick poll "(?<inner>.*)"$/m.exec(stderr)?.groups?.['inner'];
    // What sh makes of a word in double quotes.
    expect(JSON.parse((word ?? '').replaceAll(/\\([\\"$`])/g, '$1'))).toBe(id);
  });
});

describe('every line of NDJSON has a type', () => {
  test('also the one line of poll --pending, when one is unfinished', async () => {
    const id = '67507ad05e593173d0313e0f';
    const host = createFakeHost({ env, files, http: apiFor(id) });
    expect(await main(host, ['cluster', 'submit', 'wave.json'])).toBe(0);
    const before = host.stdoutText.length;
    expect(await main(host, ['poll', '--pending', '--json'])).toBe(0);
    const [line = '', ...more] = host.stdoutText.slice(before).trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      v: 1,
      type: 'result',
      request_id: id,
      kind: 'cluster',
      state: 'done',
      result: JSON.parse(ANSWER) as unknown,
    });
  });

  test('poll --pending shows one as people read it, as any other', async () => {
    const host = createFakeHost({ env, files, http: apiFor('67507ad05e593173d0313e0f') });
    await main(host, ['cluster', 'submit', 'wave.json']);
    expect(await main(host, ['poll', '--pending'])).toBe(0);
    expect(host.stdoutText).toContain('Cluster · Example · 67507ad05e593173d0313e0f\n');
  });

  test('also the ids of a batch', async () => {
    const http = apiFor('67507ad05e593173d0313e0f');
    const both = { 'a.json': REQUEST, 'b.json': REQUEST.replace('Example', 'Other') };
    const { code, stdout } = await run(['cluster', 'submit', 'a.json', 'b.json', '--json'], { env, files: both, http });
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const line = [1, 'submitted', '67507ad05e593173d0313e0f', 'cluster'];
    expect(lines.map(({ v, type, request_id, kind }) => [v, type, request_id, kind])).toEqual([line, line]);
  });
});
