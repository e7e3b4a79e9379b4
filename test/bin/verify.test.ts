/** `optipick verify` of the built program. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'svix';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startListener } from '../support/listener.ts';
import { SNIPPETS } from '../../src/webhooks/frameworks/snippets.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const STAGING = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const BODY = '{"request_id":"67507ad05e593173d0313e0f"}';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
const now = (): number => Math.floor(Date.now() / 1000);
const put = (name: string, content: string): Promise<void> => writeFile(join(workplace.folder, name), content);

function headersFor(body: string, sent = now(), secret = SECRET, id = 'msg_1'): Record<string, string> {
  return {
    'svix-id': id,
    'svix-timestamp': String(sent),
    'svix-signature': new Webhook(secret).sign(id, new Date(sent * 1000), body),
  };
}

function flagsOf(headers: Record<string, string>): readonly string[] {
  return ['id', 'timestamp', 'signature'].flatMap((part) => [`--${part}`, headers[`svix-${part}`] ?? '']);
}

const requestOf = (headers: Record<string, string>, body: string): string =>
  `POST /webhook HTTP/1.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;

describe('from flags', () => {
  test('a good delivery is exit 0', async () => {
    await put('body.json', BODY);
    const result = await workplace.run(['verify', '--payload', 'body.json', ...flagsOf(headersFor(BODY))], { env });
    expect(result).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^verified: msg_1, signed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d with the secret of OPTIPICK_WEBHOOK_SECRET\n$/,
      ) as unknown,
      stderr: '',
    });
  });

  test('what openssl has signed verifies', async () => {
    const sent = now();
    const key = Buffer.from(SECRET.slice(6), 'base64').toString('hex');
    const signature = execFileSync(
      'openssl',
      ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${key}`, '-binary'],
      {
        input: `msg_1.${sent}.${BODY}`,
      },
    ).toString('base64');
    const flags = flagsOf({ 'svix-id': 'msg_1', 'svix-timestamp': String(sent), 'svix-signature': `v1,${signature}` });
    const result = await workplace.run(['verify', '--payload', '-', ...flags], { env, input: BODY });
    expect(result.code).toBe(0);
  });

  test('a changed one is exit 9 with its cause, and --json has the same facts', async () => {
    const args = ['verify', '--payload', '-', ...flagsOf(headersFor(BODY))];
    const people = await workplace.run(args, { env, input: `${BODY}\n` });
    expect({ code: people.code, stderr: people.stderr }).toEqual({
      code: 9,
      stderr: 'error: the delivery does not verify\n',
    });
    expect(people.stdout).toMatch(/^does not verify: a newline was added at the end of the body\n\n/);
    expect(people.stdout).toContain(
      'First difference at byte 41 (line 1, column 42), where the signed body ends:\n' +
        '  signed    …d05e593173d0313e0f"}\n' +
        '  received  …d05e593173d0313e0f"}⏎\n',
    );
    expect(people.stdout).toContain('  Flask    request.get_data(), not request.json\n');
    const machines = await workplace.run([...args, '--json'], { env, input: `${BODY}\n` });
    expect({ code: machines.code, ...(JSON.parse(machines.stdout) as object) }).toEqual({
      code: 9,
      v: 1,
      verified: false,
      cause: 'body_changed',
      summary: 'a newline was added at the end of the body',
      explanation:
        'A newline was added at the end of the body. Signed: compact JSON, 41 bytes. ' +
        'Received: the same JSON with a newline added at the end, 42 bytes. First difference at byte 41.',
      evidence: {
        signed_form: 'without white space around it',
        change: 'a newline was added at the end',
        signed_bytes: 41,
        received_bytes: 42,
        first_difference: {
          offset: 41,
          line: 1,
          column: 42,
          signed: '',
          received: '\n',
          signed_hex: '',
          received_hex: '0a',
        },
      },
      fix: expect.stringContaining('Express: ') as unknown,
    });
    expect(JSON.parse(machines.stderr)).toMatchObject({ error: { code: 'body_changed', exitCode: 9 } });
    const withCode = await workplace.run([...args, '--json', '--framework', 'all'], { env, input: `${BODY}\n` });
    const { fixes, ...rest } = JSON.parse(withCode.stdout) as { fixes: object };
    expect(rest).toEqual(JSON.parse(machines.stdout));
    expect(fixes).toEqual(Object.entries(SNIPPETS).map(([framework, code]) => ({ framework, code })));
  });

  test.each([
    [['--payload', '-', '--id', 'msg_1'], '--timestamp and --signature are missing'],
    [['--payload', '-', '--id', 'msg_1', '--timestamp', '1764054000'], '--signature is missing'],
    [['--id', 'msg_1', '--timestamp', '1764054000', '--signature', 'v1,a'], '--payload is missing'],
    [['--signature', 'v1,a'], '--payload and --id and --timestamp are missing'],
    [[], 'there is nothing to verify'],
  ])('%j lacks a part, which is exit 2 with its flag', async (args, problem) => {
    const result = await workplace.run(['verify', ...args], { env, input: BODY });
    expect(result).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^error: ${problem}\nhint: .*\n$`)) as unknown,
    });
  });

  test('the clock is judged by now', async () => {
    const result = await workplace.run(
      ['verify', '--payload', '-', ...flagsOf(headersFor(BODY, now() - 3600)), '--json'],
      { env, input: BODY },
    );
    expect(JSON.parse(result.stdout)).toMatchObject({ cause: 'clock' });
    const tolerant = await workplace.run(
      ['verify', '--payload', '-', ...flagsOf(headersFor(BODY, now() - 3600)), '--tolerance', '2h'],
      { env, input: BODY },
    );
    expect(tolerant.code).toBe(0);
  });
});

describe('the secret', () => {
  test('of another stored profile is named', async () => {
    const set = (profile: string, secret: string) =>
      workplace.run(['config', 'set', 'webhook-secret', '-', '-p', profile], { input: secret });
    await set('default', SECRET);
    await set('staging', STAGING);
    const args = ['verify', '--payload', '-', ...flagsOf(headersFor(BODY, now(), STAGING)), '--json'];
    const result = await workplace.run(args, { input: BODY });
    expect(JSON.parse(result.stdout)).toMatchObject({
      cause: 'other_secret',
      evidence: { secret_of: 'profile staging', secret: 'whsec_C2…oD' },
    });
    expect(`${result.stdout}${result.stderr}`).not.toMatch(/MfKQ9r8G|C2FVsBQI/);
  });

  test('that is malformed is a cause, not a crash', async () => {
    const args = ['verify', '--payload', '-', ...flagsOf(headersFor(BODY)), '--json'];
    const quoted = await workplace.run(args, { env: { OPTIPICK_WEBHOOK_SECRET: `'${SECRET}'` }, input: BODY });
    expect(JSON.parse(quoted.stdout)).toMatchObject({
      cause: 'secret_malformed',
      evidence: { fault: 'it is wrapped in quotes' },
    });
    expect(`${quoted.stdout}${quoted.stderr}`).not.toContain('MfKQ9r8G');
  });

  test('that is not there is exit 4', async () => {
    const result = await workplace.run(['verify', '--payload', '-', ...flagsOf(headersFor(BODY))], { input: BODY });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 4, stdout: '' });
  });
});

describe('from a file', () => {
  test('a pasted request', async () => {
    const input = requestOf(headersFor(BODY), BODY);
    expect((await workplace.run(['verify', '-'], { env, input })).code).toBe(0);
  });

  test('a pasted request with a line end behind it that was not sent', async () => {
    const headers = headersFor(BODY);
    const sized = requestOf({ ...headers, 'content-length': String(Buffer.byteLength(BODY)) }, BODY);
    expect((await workplace.run(['verify', '-'], { env, input: `${sized}\r\n` })).code).toBe(0);
    // Without its length nobody can tell; but it can be said.
    const unsized = await workplace.run(['verify', '-', '--json'], { env, input: `${requestOf(headers, BODY)}\n` });
    const hint = expect.stringContaining('may be one of the paste') as unknown;
    expect([unsized.code, JSON.parse(unsized.stdout)]).toMatchObject([9, { cause: 'body_changed', explanation: hint }]);
    const longer = requestOf({ ...headers, 'content-length': '41' }, JSON.stringify(JSON.parse(BODY), null, 2));
    const rewritten = await workplace.run(['verify', '-', '--json'], { env, input: `${longer}\n` });
    const plain = expect.not.stringContaining('of the paste') as unknown;
    expect(JSON.parse(rewritten.stdout)).toMatchObject({ cause: 'body_changed', explanation: plain });
  });

  test('a HAR file whose headers were renamed', async () => {
    const headers = Object.entries(headersFor(BODY)).map(([name, value]) => ({ name: `x-${name}`, value }));
    const entries = [{ request: { headers: [] } }, { request: { headers, postData: { text: BODY } } }];
    await put('session.har', JSON.stringify({ log: { entries } }));
    const { code, stdout } = await workplace.run(['verify', 'session.har', '--json'], { env });
    expect([code, JSON.parse(stdout)]).toMatchObject([9, { cause: 'header_changed' }]);
  });

  test.skipIf(process.platform === 'win32')(
    'a record beside a pipe of such a name, which is not waited for',
    async () => {
      execFileSync('mkfifo', [join(workplace.folder, 'a.http')]);
      await put('b.http', requestOf(headersFor('{}'), BODY));
      expect((await workplace.run(['verify', 'b.http'], { env })).code).toBe(9);
    },
  );

  test('a HAR file: the entry with the signature, by the time it has', async () => {
    const sent = 1_764_054_000;
    const har = {
      log: {
        entries: [
          { request: { method: 'GET', headers: [] } },
          {
            startedDateTime: new Date(sent * 1000).toISOString(),
            request: {
              headers: Object.entries(headersFor(BODY, sent)).map(([name, value]) => ({
                name: name.toUpperCase(),
                value,
              })),
              postData: { mimeType: 'application/json', text: BODY },
            },
          },
        ],
      },
    };
    await put('session.har', JSON.stringify(har));
    expect((await workplace.run(['verify', 'session.har'], { env })).code).toBe(0);
    const first = await workplace.run(['verify', 'session.har', '--entry', '1', '--json'], { env });
    expect(JSON.parse(first.stdout)).toMatchObject({ cause: 'header_missing' });
    const none = await workplace.run(['verify', 'session.har', '--entry', '7'], { env });
    expect({ code: none.code, stderr: none.stderr }).toEqual({
      code: 2,
      stderr: 'error: session.har holds no request number 7\nhint: there are 2 entries; --entry <n> chooses one\n',
    });
  });

  test('with the signature of another request that lies beside it, in a folder or in a HAR file', async () => {
    const right = headersFor(BODY);
    const other = { ...right, 'svix-id': 'msg_2' };
    await put('a.http', requestOf(right, '{}'));
    await put('b.http', requestOf({ ...other, 'svix-signature': right['svix-signature'] ?? '' }, BODY));
    const entry = (headers: Record<string, string>): unknown => ({
      request: {
        headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
        postData: { text: BODY },
      },
    });
    await put('session.har', JSON.stringify({ log: { entries: [entry(right), entry(other)] } }));
    const beside = await workplace.run(['verify', 'b.http', '--json'], { env });
    expect(JSON.parse(beside.stdout)).toMatchObject({ cause: 'other_message', evidence: { found_in: 'a.http' } });
    const inside = await workplace.run(['verify', 'session.har', '--entry', '2', '--json'], { env });
    expect(JSON.parse(inside.stdout)).toMatchObject({ cause: 'other_message', evidence: { signed_id: 'msg_1' } });
  });

  test.each([
    ['that is not there', ['verify', 'absent.http']],
    ['that is none', ['verify', 'note.txt']],
    ['but a body alone', ['verify', 'body.json']],
    ['beside flags', ['verify', 'note.txt', '--id', 'msg_1']],
    ['at all', ['verify']],
  ])('nothing to verify %s is exit 2', async (_, args) => {
    await put('note.txt', 'hello');
    await put('body.json', BODY);
    const result = await workplace.run(args, { env });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('together with listen', () => {
  test('what it records verifies by the time it was received, and what it rejects is explained by both', async () => {
    const listener = await startListener(workplace, ['--no-fetch', '--record', 'kept'], { env });
    const send = (headers: Record<string, string>, body: string): Promise<Response> =>
      fetch(listener.url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
    expect((await send(headersFor(BODY), BODY)).status).toBe(204);
    const pretty = JSON.stringify(JSON.parse(BODY), null, 2);
    expect((await send({ ...headersFor(BODY), 'svix-id': 'msg_1' }, pretty)).status).toBe(401);
    expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({
      id: 'msg_1',
      reason: 'no_match',
      cause: 'body_changed',
      explanation: expect.stringContaining('compact JSON') as unknown,
    });
    listener.kill('SIGTERM');
    await listener.ended;
    const names = (await readdir(join(workplace.folder, 'kept'))).toSorted();
    const results = await Promise.all(
      names.map((name) => workplace.run(['verify', `kept/${name}`, '--json'], { env })),
    );
    const causes = results.map(({ stdout }) => (JSON.parse(stdout) as { cause: string | null }).cause);
    expect(causes).toEqual([null, 'body_changed']);
    const kept = await readFile(join(workplace.folder, 'kept', names[1] ?? ''));
    expect(kept.subarray(-pretty.length).toString()).toBe(pretty);
  });

  test('a renamed header and a body of another message are seen by both', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--record', 'kept'], { env });
    const send = (headers: Record<string, string>, body: string): Promise<Response> =>
      fetch(listener.url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
    const good = headersFor(BODY);
    await send(good, BODY);
    await send(Object.fromEntries(Object.entries(good).map(([name, value]) => [`x-${name}`, value])), BODY);
    expect(await listener.line(({ cause }) => cause === 'header_changed')).toMatchObject({ status: 400 });
    const other = '{"request_id":"of another"}';
    await send(headersFor(other, now(), SECRET, 'msg_2'), other);
    await send(good, other);
    expect(await listener.line(({ cause }) => cause === 'other_message')).toMatchObject({
      explanation:
        'The body belongs to another message. The headers are those of msg_1 (the inbox), and the body is that of msg_2 (the inbox).',
    });
    listener.kill('SIGTERM');
    await listener.ended;
    const names = (await readdir(join(workplace.folder, 'kept'))).toSorted();
    const causes: unknown[] = [];
    for (const name of names) {
      const { stdout } = await workplace.run(['verify', `kept/${name}`, '--json'], { env });
      causes.push((JSON.parse(stdout) as { cause: unknown }).cause);
    }
    expect(causes).toEqual([null, 'header_changed', null, 'other_message']);
    // From flags there is nothing beside it but the inbox.
    await put('body.json', '{"request_id":"of another"}');
    const flags = ['verify', '--payload', 'body.json', ...flagsOf(good), '--json'];
    const { stdout } = await workplace.run(flags, { env });
    expect(JSON.parse(stdout)).toMatchObject({ cause: 'other_message', evidence: { found_in: 'the inbox' } });
  });

  test('white space around the secret is warned of: not every receiver leaves it out', async () => {
    await put('body.json', BODY);
    const flags = ['verify', '--payload', 'body.json', ...flagsOf(headersFor(BODY))];
    const { code, stderr } = await workplace.run(flags, { env: { OPTIPICK_WEBHOOK_SECRET: `${SECRET}\r` } });
    expect([code, stderr]).toEqual([
      0,
      'warning: OPTIPICK_WEBHOOK_SECRET has a carriage return around it, which optipick ignores and some receivers do not\n',
    ]);
    await put('secret.txt', `${SECRET}\r\n`);
    const fromFile = await workplace.run([...flags, '--secret-file', 'secret.txt']);
    expect([fromFile.code, fromFile.stderr]).toEqual([
      0,
      'warning: the secret of --secret-file has a carriage return around it, which optipick ignores and some receivers do not\n',
    ]);
  });
});

describe('W4: what other tools wrote down', () => {
  const variables = (headers: Record<string, string>): string =>
    Object.entries(headers)
      .map(([name, value]) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}=${value}\n`)
      .join('');

  test.each<[string, (headers: Record<string, string>) => string]>([
    [
      'an event of Lambda in base64',
      (headers) =>
        JSON.stringify({ version: '2.0', headers, body: Buffer.from(BODY).toString('base64'), isBase64Encoded: true }),
    ],
    ['an event of API Gateway', (headers) => JSON.stringify({ httpMethod: 'POST', headers, body: BODY }, null, 2)],
    ['a dump of headers and body', (headers) => JSON.stringify({ headers, body: BODY })],
    ['a dump of variables', (headers) => `${variables(headers)}\n${BODY}`],
  ])('%s verifies, is replayed and forwarded as it came', async (_, dump) => {
    await put('dump.txt', dump(headersFor(BODY)));
    expect((await workplace.run(['verify', 'dump.txt'], { env })).stdout).toMatch(/^verified: msg_1, /);
    await using listener = await startListener(workplace, ['--no-fetch'], { env });
    const replayed = await workplace.run(['trigger', '--to', listener.url, '--replay', 'dump.txt'], { env });
    expect(replayed.code).toBe(0);
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({
      id: 'msg_1',
      payload: JSON.parse(BODY) as unknown,
    });
    const args = ['events', 'replay', './dump.txt', '--forward-to', listener.url];
    expect((await workplace.run(args, { env })).code).toBe(0);
    expect(await listener.line(({ type }) => type === 'duplicate')).toMatchObject({ id: 'msg_1' });
  });

  test('a body that was parsed is verified as compact JSON, with a warning', async () => {
    await put('dump.json', JSON.stringify({ headers: headersFor(BODY), body: JSON.parse(BODY) as unknown }));
    expect(await workplace.run(['verify', 'dump.json'], { env })).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^verified: msg_1, /) as unknown,
      stderr: 'warning: dump.json holds the body as an object and not its bytes, so it is verified as compact JSON\n',
    });
  });

  test('a body in base64 that is not marked is a changed body', async () => {
    await put('dump.json', JSON.stringify({ headers: headersFor(BODY), body: Buffer.from(BODY).toString('base64') }));
    const { code, stdout } = await workplace.run(['verify', 'dump.json', '--json'], { env });
    expect([code, JSON.parse(stdout)]).toMatchObject([
      9,
      { cause: 'body_changed', evidence: { signed_form: 'not encoded in base64' } },
    ]);
  });

  test('W3: two recordings of one message, the other one intact', async () => {
    const headers = headersFor(BODY);
    await put('a.http', requestOf(headers, BODY));
    await put('b.http', requestOf(headers, BODY.replace('67507', '67508')));
    const { code, stdout } = await workplace.run(['verify', 'b.http', '--json'], { env });
    expect([code, JSON.parse(stdout)]).toMatchObject([
      9,
      {
        cause: 'body_changed',
        evidence: {
          found_in: 'a.http',
          differs_at_byte: 19,
          signed_there: '"7ad05e593173"',
          received_there: '"8ad05e593173"',
        },
      },
    ]);
  });
});
