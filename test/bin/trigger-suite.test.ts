/** `optipick trigger --suite` of the built program, against endpoints that are right and endpoints that are not. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OTHER_SECRET, SECRET, startListener } from '../support/listener.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { createWorkplace, type RunOptions, type Workplace } from '../support/program.ts';
import {
  accepts,
  breaking,
  correct,
  credulous,
  forgetful,
  type Handler,
  reading,
  redirecting,
  redirectingAll,
  reserialising,
  slow,
  startService,
  timeless,
} from '../support/webhook-service.ts';
import { parseXml } from '../support/xml.ts';

const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };

const ACCEPTING = [
  'valid',
  'id-alone',
  'exact-body',
  'duplicate',
  'concurrent-duplicate',
  'two-signatures',
  'unknown-versions',
  'webhook-headers',
];
const REFUSING = ['forged', 'altered-body', 'stale', 'future', 'unsigned', 'missing-signature', 'malformed-signature'];
/** What Optioryx's sender never sends need not be accepted. */
const REQUIRED = ACCEPTING.filter((name) => name !== 'webhook-headers');
const ALL = [...ACCEPTING, ...REFUSING, 'in-time', 'no-redirect'];

interface SuiteDocument {
  readonly v: 1;
  readonly type: 'suite';
  readonly passed: boolean;
  readonly counts: {
    readonly checks: number;
    readonly passed: number;
    readonly failed: number;
    readonly notes: number;
  };
  readonly checks: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly required: boolean;
    readonly fix: string | null;
    readonly remark: string | null;
    readonly answers: readonly { readonly status: number | null }[];
  }[];
}

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

async function suite(url: string, args: readonly string[] = [], options: RunOptions = {}) {
  const ended = await workplace.run(['trigger', '--suite', '--json', '--to', url, ...args], { env, ...options });
  const document = JSON.parse(ended.stdout) as SuiteDocument;
  const without = document.checks.filter(({ passed }) => !passed);
  const failed = without.filter(({ required }) => required).map(({ name }) => name);
  expect(without.every(({ fix }) => fix !== null)).toBe(true);
  return { ...ended, document, failed };
}

describe('all checks pass', () => {
  test('against optipick listen', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    const { code, stderr, document, failed } = await suite(listener.url);
    expect({ code, stderr, failed }).toEqual({ code: 0, stderr: '', failed: [] });
    expect(document.checks.map(({ name }) => name)).toEqual(ALL);
    expect(document.counts).toEqual({ checks: ALL.length, passed: ALL.length, failed: 0, notes: 0 });
    // Ten messages were new to it, three came again, and eight were refused.
    listener.kill('SIGTERM');
    const closed = await listener.line(({ type }) => type === 'closed');
    expect(closed).toMatchObject({ accepted: 10, duplicates: 3, rejected: 8, shown: 10 });
  });

  test('against optipick listen that looks for results which do not exist', async () => {
    await using api = await startScriptedServer([{ status: 404, body: { detail: 'not found' } }]);
    const apiEnv = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: api.url };
    await using listener = await startListener(workplace, [], { env: apiEnv });
    const { code, failed } = await suite(listener.url);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
  });

  test('against an endpoint that checks with the library of the vendor', async () => {
    await using service = await startService(correct(SECRET));
    const { code, failed, document } = await suite(service.url);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(document.checks.filter(({ remark }) => remark !== null)).toEqual([]);
  });

  test('against an endpoint that hangs up after each answer without saying so', async () => {
    const handler = correct(SECRET);
    await using service = await startService((request, response) => {
      response.setHeader('connection', 'keep-alive');
      const { socket } = response;
      response.on('finish', () => setTimeout(() => socket?.destroy(), 3));
      return handler(request, response);
    });
    const { code, failed } = await suite(service.url);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
  });
});

describe('exactly the right checks fail for an endpoint that', () => {
  const BROKEN: readonly (readonly [string, Handler, readonly string[], readonly string[]])[] = [
    ['verifies the body that it has parsed and written again', reserialising(SECRET), [], ['exact-body']],
    ['ignores the timestamp', timeless(SECRET), [], ['stale', 'future']],
    [
      'ignores the signature',
      credulous(),
      [],
      ['forged', 'altered-body', 'unsigned', 'missing-signature', 'malformed-signature'],
    ],
    ['redirects what it accepts', redirecting(SECRET), [], [...REQUIRED, 'no-redirect']],
    ['is slow', slow(SECRET, 300), ['--timeout', '150ms'], ['in-time']],
    ['answers 409 to a duplicate', forgetful(SECRET, 409), [], ['duplicate', 'concurrent-duplicate']],
    ['answers 500 to a duplicate', forgetful(SECRET, 500), [], ['duplicate', 'concurrent-duplicate']],
    ['redirects everything', redirectingAll(), [], [...REQUIRED, ...REFUSING, 'no-redirect']],
    ['has another secret', correct(OTHER_SECRET), [], REQUIRED],
    ['accepts everything', (_request, response) => void response.end(), [], REFUSING],
    ['refuses by breaking', breaking(SECRET), [], REFUSING],
    ['reads the last signature only', reading(SECRET, (entries) => entries.at(-1)), [], ['two-signatures']],
    ['reads the first signature only', reading(SECRET, ([first]) => first), [], ['two-signatures', 'unknown-versions']],
    [
      'compares the beginning of the signature',
      reading(SECRET, ([first]) => first, 12),
      [],
      ['two-signatures', 'unknown-versions', 'forged'],
    ],
    ['hangs up on everything', (_request, response) => void response.destroy(), [], [...REQUIRED, ...REFUSING]],
    ['never answers', () => undefined, ['--timeout', '50ms'], [...REQUIRED, ...REFUSING, 'in-time']],
  ];

  for (const [what, handler, args, expected] of BROKEN) {
    test(what, async () => {
      await using service = await startService(handler);
      const { code, stderr, failed, document } = await suite(service.url, args);
      expect(failed).toEqual(expected);
      expect(document).toMatchObject({ passed: false, counts: { failed: expected.length } });
      expect(code).toBe(3);
      expect(JSON.parse(stderr)).toMatchObject({
        error: { code: 'suite_failed', message: `${expected.length} of 17 checks failed: ${expected.join(', ')}` },
      });
    });
  }

  test('W9: needs an event in the body, whatever the other checks send', async () => {
    await using service = await startService((request, response) => {
      const { type } = JSON.parse(request.body.toString()) as { type?: string };
      if (type === undefined) response.writeHead(422).end('no type');
      else void correct(SECRET)(request, response);
    });
    const rich = await suite(service.url, ['--payload-shape', 'rich']);
    expect({ code: rich.code, failed: rich.failed }).toEqual({ code: 3, failed: ['id-alone'] });
    const plain = await suite(service.url);
    expect({ code: plain.code, failed: plain.failed }).toEqual({ code: 3, failed: REQUIRED });
    for (const { document } of [rich, plain]) {
      const { answers } = document.checks.find(({ name }) => name === 'id-alone') ?? {};
      expect(answers?.map(({ status }) => status)).toEqual([422, 204]);
    }
  });

  test('dies on the way', async () => {
    let count = 0;
    await using service = await startService((request, response) => {
      count += 1;
      if (count > 1) response.destroy();
      else void correct(SECRET)(request, response);
    });
    const { code, failed } = await suite(service.url);
    expect({ code, failed }).toEqual({ code: 3, failed: [...REQUIRED.slice(1), ...REFUSING] });
  });
});

test('a repetition that is answered differently each time is remarked on', async () => {
  let count = 0;
  await using service = await startService(({ headers, body }, response) => {
    count += 1;
    response.writeHead(accepts(SECRET, headers, body) ? 200 : 400).end(`{"job":${count}}`);
  });
  const { code, document } = await suite(service.url);
  expect(code).toBe(0);
  expect(document.checks.find(({ name }) => name === 'duplicate')?.remark).toMatch(/each repetition differently/);
});

test('a dead target is 6, with nothing on stdout', async () => {
  const service = await startService(correct(SECRET));
  await service[Symbol.asyncDispose]();
  const ended = await workplace.run(['trigger', '--suite', '--to', service.url], { env });
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 6, stdout: '' });
  expect(ended.stderr).toContain(`error: nothing answers at 127.0.0.1:${service.port}: connection refused`);
});

describe('the report', () => {
  test('is a table, with an explanation of what failed', async () => {
    await using service = await startService(timeless(SECRET));
    const ended = await workplace.run(['trigger', '--suite', '--to', service.url], { env });
    expect(ended.code).toBe(3);
    const lines = ended.stdout.split('\n');
    expect(lines[0]).toMatch(/^ +CHECK +CAME BACK +SHOULD BE +NAME$/);
    expect(lines.slice(1, 18).map((line) => line.slice(0, 4).trim())).toEqual(
      ALL.map((name) => (['stale', 'future'].includes(name) ? 'FAIL' : 'ok')),
    );
    const text = ended.stdout.replaceAll(/\d+ ms/g, 'N ms');
    expect(text.slice(text.indexOf('\n\n') + 2)).toBe(`FAIL  rejects an old delivery (stale)
      sent       a delivery signed 10 minutes ago
      came back  204 in N ms
      should be  4xx (400 or 401)
      why        whoever has recorded a delivery could send it again at any time
      fix        reject a svix-timestamp that is more than 5 minutes old

FAIL  rejects a delivery of the future (future)
      sent       a delivery signed for 10 minutes from now
      came back  204 in N ms
      should be  4xx (400 or 401)
      why        it would stay valid for longer than the tolerance allows
      fix        reject a svix-timestamp that is more than 5 minutes ahead

For code that passes stale, future, add --framework and one of: express, fastify, flask, fastapi, django, aspnet, spring, php, go, rails.

2 of 17 checks failed
`);
    expect(ended.stderr).toBe('error: 2 of 17 checks failed: stale, future\n');
  });

  test('is Markdown whose cells hold what the endpoint says', async () => {
    await using service = await startService((_request, response) => {
      response.writeHead(418).end('a | b <b>\u001b[31m*c*\n\nd');
    });
    const ended = await workplace.run(['trigger', '--suite', '--format', 'md', '--to', service.url], { env });
    expect(ended.code).toBe(3);
    const rows = ended.stdout.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(2 + ALL.length);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(8);
    expect(rows[2]).toContain(String.raw`(a &#124; b &lt;b&gt;\*c\* d)`);
  });

  test('is a JUnit file beside the table', async () => {
    await using service = await startService(timeless(SECRET));
    const args = ['trigger', '--suite', '--junit', 'report.xml', '--to', service.url];
    expect((await workplace.run(args, { env })).code).toBe(3);
    const root = parseXml(await readFile(join(workplace.folder, 'report.xml'), 'utf8'));
    expect(root.attributes).toMatchObject({ tests: '17', failures: '2', errors: '0', skipped: '0' });
    const cases = root.children.flatMap(({ children }) => children);
    expect(cases.map(({ attributes }) => attributes['classname'])).toEqual(ALL.map((name) => `webhook.${name}`));
    const failed = cases.filter(({ children }) => children.some(({ name }) => name === 'failure'));
    expect(failed.map(({ attributes }) => attributes['name'])).toEqual([
      'rejects an old delivery',
      'rejects a delivery of the future',
    ]);
  });

  test('is a JUnit file also when there is nobody: one of an earlier run must not speak for this one', async () => {
    const service = await startService(correct(SECRET));
    await service[Symbol.asyncDispose]();
    await writeFile(join(workplace.folder, 'report.xml'), '<testsuites/>');
    const args = ['trigger', '--suite', '--junit', 'report.xml', '--to', service.url];
    expect((await workplace.run(args, { env })).code).toBe(6);
    const root = parseXml(await readFile(join(workplace.folder, 'report.xml'), 'utf8'));
    expect(root.attributes).toMatchObject({ tests: '1', failures: '1', errors: '0', skipped: '0' });
    const [failure] = root.children[0]?.children[0]?.children ?? [];
    expect(failure?.attributes['message']).toMatch(/^nothing answers at 127\.0\.0\.1:\d+: connection refused/);
  });

  test('that cannot be written is 7', async () => {
    await using service = await startService(correct(SECRET));
    const args = ['trigger', '--suite', '--junit', 'missing/report.xml', '--to', service.url];
    const ended = await workplace.run(args, { env });
    expect(ended.code).toBe(7);
    expect(ended.stderr).toContain('error: cannot write missing/report.xml');
  });
});

describe('the selection of checks', () => {
  test('--only runs nothing but these', async () => {
    await using service = await startService(timeless(SECRET));
    const { code, document, failed } = await suite(service.url, ['--only', 'valid,forged', '--only', 'stale']);
    expect([code, failed, document.checks.map(({ name }) => name)]).toEqual([
      3,
      ['stale'],
      ['valid', 'forged', 'stale'],
    ]);
    expect(document).toMatchObject({ skipped: ALL.filter((name) => !['valid', 'forged', 'stale'].includes(name)) });
    expect(service.seen).toHaveLength(4);
  });

  test('--skip leaves these out, and says so', async () => {
    await using service = await startService(timeless(SECRET));
    const ended = await workplace.run(['trigger', '--suite', '--skip', 'stale,future', '--to', service.url], { env });
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe('all 15 checks passed; 2 skipped (stale, future)');
  });

  test('--only in-time has one delivery to look at', async () => {
    await using service = await startService(slow(SECRET, 300));
    const { code, failed } = await suite(service.url, ['--only', 'in-time', '--timeout', '100ms']);
    expect([code, failed, service.seen.length]).toEqual([3, ['in-time'], 1]);
  });

  test('a target that is dead is 6, whatever is selected', async () => {
    const service = await startService(correct(SECRET));
    await service[Symbol.asyncDispose]();
    for (const only of ['stale', 'no-redirect']) {
      const ended = await workplace.run(['trigger', '--suite', '--only', only, '--to', service.url], { env });
      expect([ended.code, ended.stdout]).toEqual([6, '']);
    }
  });
});

describe('in a run of GitHub Actions', () => {
  const actions = { ...env, GITHUB_ACTIONS: 'true' };

  test('each check that failed is an annotation on stderr, beside whole JSON on stdout', async () => {
    await using service = await startService(timeless(SECRET));
    const { code, stderr, document } = await suite(service.url, [], { env: actions });
    expect([code, document.counts.failed]).toEqual([3, 2]);
    expect(stderr.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      expect.stringMatching(
        /^::error title=webhook rejects an old delivery \(stale\)::Sent .*Fix: reject a svix-timestamp/,
      ),
      expect.stringMatching(/^::error title=webhook rejects a delivery of the future \(future\)::Sent /),
    ]);
  });

  test('there is none when all is well, and none elsewhere', async () => {
    await using service = await startService(correct(SECRET));
    expect((await suite(service.url, [], { env: actions })).stderr).toBe('');
    await using broken = await startService(timeless(SECRET));
    expect((await suite(broken.url)).stderr).not.toContain('::error');
  });
});
