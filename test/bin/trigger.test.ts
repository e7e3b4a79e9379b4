/** `optipick trigger` of the built program: what is on the wire, and what is said of the answer. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'svix';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OTHER_SECRET, SECRET } from '../support/listener.ts';
import { createWorkplace, type RunOptions, type Workplace } from '../support/program.ts';
import { correct, type Handler, type ServiceRequest, startService } from '../support/webhook-service.ts';

const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
const EVENT = 'cluster.optimized.Example.673f48095739843f4de65ec9';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const accept: Handler = (_request, response) => void response.writeHead(204).end();

/** Runs against a service of its own and gives back both sides. */
async function trigger(
  args: readonly string[],
  { handler = accept, ...options }: RunOptions & { handler?: Handler } = {},
) {
  await using service = await startService(handler);
  const ended = await workplace.run(['trigger', ...args, '--to', service.url], { env, ...options });
  return { ...ended, url: service.url, seen: service.seen };
}

function verify({ headers, body }: ServiceRequest, secret = SECRET): void {
  new Webhook(secret).verify(body, headers as Record<string, string>);
}

/** Nothing secret may be anywhere. */
function expectNoSecret({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  for (const secret of [SECRET, OTHER_SECRET]) {
    expect(stdout + stderr).not.toContain(secret.slice('whsec_'.length));
  }
}

describe('what is sent', () => {
  test('is a signed POST as Svix sends it', async () => {
    const { code, stdout, stderr, seen } = await trigger([EVENT, '--request-id', '67507ad05e593173d0313e0f']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [request] = seen;
    if (request === undefined) throw new Error('nothing came');
    expect(request).toMatchObject({ method: 'POST', path: '/hooks' });
    expect(request.headers).toMatchObject({
      accept: '*/*',
      'content-type': 'application/json',
      'content-length': String(request.body.byteLength),
      'user-agent': 'Svix-Webhooks/optipick-trigger',
    });
    expect(request.headers['transfer-encoding']).toBeUndefined();
    expect(request.body.toString()).toBe('{"request_id":"67507ad05e593173d0313e0f"}');
    const id = String(request.headers['svix-id']);
    expect(id).toMatch(/^msg_[A-Za-z0-9]{27}$/);
    verify(request);
    expect(stdout).toMatch(new RegExp(`^ok {4}204 +\\d+ ms {2}${id}\n$`));
  });

  test('tells of a new request by default', async () => {
    const { seen } = await trigger(['route.optimized', '--repeat', '2']);
    const ids = seen.map(({ body }) => (JSON.parse(body.toString()) as { request_id: string }).request_id);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{24}$/), expect.stringMatching(/^[0-9a-f]{24}$/)]);
    expect(new Set(ids).size).toBe(2);
  });

  test('is the bytes of --data, whatever they are', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeff{ "a" : 1.0,\r\n"b":"\\u00e9 é" }\n'), Buffer.of(0xff, 0x00)]);
    await writeFile(join(workplace.folder, 'body.bin'), bytes);
    const { code, seen } = await trigger(['anything', '--data', '@body.bin']);
    expect({ code, body: seen[0]?.body }).toEqual({ code: 0, body: bytes });
  });

  test('is signed over the bytes of --data', async () => {
    const text = '{ "a" : 1.0 }\r\n';
    const piped = await trigger(['anything', '--data', '@-'], { input: text, handler: correct(SECRET) });
    const typed = await trigger(['anything', '--data', text], { handler: correct(SECRET) });
    for (const { code, seen } of [piped, typed]) {
      expect({ code, body: seen[0]?.body.toString() }).toEqual({ code: 0, body: text });
    }
  });

  test('is signed with the secret of --secret-file, which wins', async () => {
    await writeFile(join(workplace.folder, 'secret'), `${OTHER_SECRET}\n`);
    const ended = await trigger([EVENT, '--secret-file', 'secret'], { handler: correct(OTHER_SECRET) });
    expect(ended.code).toBe(0);
    const piped = await trigger([EVENT, '--secret-file', '-'], { input: OTHER_SECRET, handler: correct(OTHER_SECRET) });
    expect(piped.code).toBe(0);
    expectNoSecret(ended);
  });

  test('has the user and password of the address as basic authentication, which nobody sees', async () => {
    await using service = await startService(accept);
    const to = service.url.replace('http://', 'http://us%40er:hu%3Ash@');
    for (const args of [[], ['--json'], ['--debug']]) {
      const ended = await workplace.run(['trigger', EVENT, '--to', to, ...args], { env });
      expect(ended.code).toBe(0);
      expect(ended.stdout + ended.stderr).not.toMatch(/hu(?:%3A|:)sh/);
    }
    expect(service.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('us@er:hu:sh').toString('base64')}`);
  });
});

describe('what is deliberately invalid', () => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const FLAWS: readonly (readonly [string, string])[] = [
    ['--bad-signature', 'No matching signature found'],
    ['--altered-body', 'No matching signature found'],
    ['--stale', 'Message timestamp too old'],
    ['--future', 'Message timestamp too new'],
    ['--no-signature', 'Missing required headers'],
  ];
  for (const [flag, complaint] of FLAWS) {
    test(`${flag} is rejected by the library of the vendor, and so by the endpoint, as it should be`, async () => {
      const ended = await trigger([EVENT, flag], { handler: correct(SECRET) });
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(() => verify(ended.seen[0] as ServiceRequest)).toThrow(complaint);
      expect(ended.stdout).toMatch(/^ok {4}401 +\d+ ms {2}msg_optipick_test_\w+ {2}rejected, as it should be\n$/);
      expectNoSecret(ended);
    });

    test(`${flag} fails when the endpoint accepts it`, async () => {
      const { code, stdout, stderr } = await trigger([EVENT, flag]);
      expect(code).toBe(3);
      expect(stdout).toMatch(/^FAIL {2}204 +\d+ ms {2}\S+ {2}should be 4xx\n$/);
      expect(stderr).toMatch(
        /^error: http:\S+ answered 204 to a delivery .+, not 4xx\nhint: verify the signature and the timestamp before/,
      );
    });
  }

  test('a server error does not count as a rejection, nor does a redirect', async () => {
    for (const status of [302, 429, 500]) {
      const { code, stderr } = await trigger([EVENT, '--stale', '--json'], {
        handler: (_request, response) => void response.writeHead(status).end(),
      });
      expect([code, JSON.parse(stderr)]).toMatchObject([3, { error: { code: 'not_rejected', status } }]);
    }
  });

  test('a 404 counts, with a warning that the path may be wrong', async () => {
    const { code, stderr } = await trigger([EVENT, '--stale'], {
      handler: (_request, response) => void response.writeHead(404).end(),
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: 404 may also mean that no webhook is received at this path/);
  });

  test('of several, each must be rejected', async () => {
    let count = 0;
    const { code, stderr } = await trigger([EVENT, '--bad-signature', '--repeat', '3'], {
      handler: (_request, response) => void response.writeHead((count += 1) === 2 ? 204 : 401).end(),
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^3 sent, 2 rejected; .*\nerror: 1 of 3 deliveries were not rejected\nhint: /);
  });

  test('--stale and --future are ten minutes off', async () => {
    const timestamp = async (flag: string): Promise<number> =>
      Number((await trigger([EVENT, flag])).seen[0]?.headers['svix-timestamp']) - now();
    expect(Math.abs((await timestamp('--stale')) + 600)).toBeLessThan(20);
    expect(Math.abs((await timestamp('--future')) - 600)).toBeLessThan(20);
  });

  test('--no-signature and --bad-signature need no secret', async () => {
    for (const flag of ['--no-signature', '--bad-signature']) {
      const refusing: Handler = (_request, response) => void response.writeHead(401).end();
      const options = { env: { OPTIPICK_WEBHOOK_SECRET: '' }, handler: refusing };
      expect((await trigger([EVENT, flag], options)).code).toBe(0);
    }
  });
});

describe('what a correct endpoint takes', () => {
  test('--two-signatures: a foreign one, then the right one', async () => {
    const { code, seen } = await trigger([EVENT, '--two-signatures'], { handler: correct(SECRET) });
    expect(code).toBe(0);
    const [foreign = '', own = '', ...more] = String(seen[0]?.headers['svix-signature']).split(' ');
    expect(more).toEqual([]);
    const withOnly = (signature: string): ServiceRequest => {
      const request = seen[0] as ServiceRequest;
      return { ...request, headers: { ...request.headers, 'svix-signature': signature } };
    };
    expect(() => verify(withOnly(foreign))).toThrow('No matching signature found');
    verify(withOnly(own));
  });

  test('--webhook-headers: the names of Standard Webhooks', async () => {
    const { code, seen } = await trigger([EVENT, '--webhook-headers'], { handler: correct(SECRET) });
    expect(code).toBe(0);
    const names = Object.keys(seen[0]?.headers ?? {}).filter((name) => /^(?:svix|webhook)-/.test(name));
    expect(names.sort()).toEqual(['webhook-id', 'webhook-signature', 'webhook-timestamp']);
  });

  test('--duplicate: the same message twice at once', async () => {
    const both = Promise.withResolvers<void>();
    let count = 0;
    // Neither is answered before both are there.
    const { code, stdout, stderr, seen } = await trigger([EVENT, '--duplicate'], {
      handler: async (request, response) => {
        count += 1;
        if (count === 2) both.resolve();
        await both.promise;
        await accept(request, response);
      },
    });
    expect(code).toBe(0);
    const [one, other] = seen;
    expect(one?.rawHeaders).toEqual(other?.rawHeaders);
    expect(one?.body).toEqual(other?.body);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/^2 sent, 2 accepted; time \d+ ms \(median\), \d+ ms \(longest\)\n$/);
  });

  test('an event whose site has a name of several words is sent as it is', async () => {
    const event = 'cluster.optimized.Zürich Nord (2).u1';
    const { code, seen } = await trigger([event, '--payload-shape', 'rich'], { handler: correct(SECRET) });
    expect([code, JSON.parse(seen[0]?.body.toString() ?? '')]).toMatchObject([0, { type: event }]);
  });

  test('--slow-body: whole, its length said before, and the pauses are not counted', async () => {
    const { code, seen } = await trigger([EVENT, '--slow-body', '--timeout', '1400ms'], { handler: correct(SECRET) });
    expect(code).toBe(0);
    expect(seen[0]?.headers['content-length']).toBe(String(seen[0]?.body.byteLength));
  });

  test('--repeat n --concurrency m: so many messages, so many at once', async () => {
    let open = 0;
    let most = 0;
    const full = Promise.withResolvers<void>();
    const { code, stdout, seen } = await trigger([EVENT, '--repeat', '20', '--concurrency', '4', '--json'], {
      handler: async (_request, response) => {
        open += 1;
        most = Math.max(most, open);
        if (open === 4) full.resolve();
        await full.promise;
        open -= 1;
        response.writeHead(204).end();
      },
    });
    expect({ code, most }).toEqual({ code: 0, most: 4 });
    expect(new Set(seen.map(({ headers }) => headers['svix-id'])).size).toBe(20);
    expect(stdout.trim().split('\n')).toHaveLength(20);
  });
});

describe('the answer', () => {
  test('is a JSON line with --json', async () => {
    const { code, stdout, stderr, url, seen } = await trigger([EVENT, '--request-id', 'r1', '--json'], {
      handler: (_request, response) => void response.writeHead(202).end('{"queued":\u001b[31mtrue}'),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      v: 1,
      type: 'result',
      id: seen[0]?.headers['svix-id'],
      event: EVENT,
      request_id: 'r1',
      url,
      status: 202,
      duration_ms: expect.any(Number),
      body: '{"queued":true}',
      error: null,
    });
  });

  test('shows the start of a body, cleaned', async () => {
    const { stdout } = await trigger([EVENT], {
      handler: (_request, response) =>
        void response.end(`first\u001b]0;title\u0007\n\u001b[31msecond\n${'x'.repeat(100_000)}`),
    });
    const [, first, second, third, ...more] = stdout.trimEnd().split('\n');
    expect([first, second, more]).toEqual(['      first', '      second', []]);
    expect(third).toMatch(/^ {6}x{1000,1200}…$/);
  });

  test('other than 2xx is 3, redirects too, which are not followed', async () => {
    for (const status of [300, 302, 307, 400, 404, 410, 429, 500, 503]) {
      const { code, stderr, seen } = await trigger([EVENT, '--json'], {
        handler: (_request, response) => void response.writeHead(status, { location: '/elsewhere' }).end(),
      });
      expect({ code, requests: seen.length }).toEqual({ code: 3, requests: 1 });
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'not_accepted', status, exitCode: 3 } });
    }
  });

  test.each([
    ['/hooks/', /hint: Svix does not follow redirects: use --to http:\/\/127\.0\.0\.1:\d+\/hooks\/\n/],
    ['https://www.example.com/hooks?t=1', /use --to https:\/\/www\.example\.com\/hooks\n/],
    ['mailto:x', /give the address that answers itself\n/],
  ])('N7: a redirect to %s says what to write instead', async (location, words) => {
    const { code, stderr } = await trigger([EVENT], {
      handler: (_request, response) => void response.writeHead(308, { location }).end(),
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(words);
  });

  test('that does not come is 6', async () => {
    const service = await startService(accept);
    await service[Symbol.asyncDispose]();
    const refused = await workplace.run(['trigger', EVENT, '--to', service.url, '--json'], { env });
    expect(refused.code).toBe(6);
    expect(JSON.parse(refused.stdout)).toMatchObject({ status: null, error: expect.stringContaining('refused') });
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'target_dead', retryable: true } });

    const silent = await trigger([EVENT, '--timeout', '1s'], { handler: () => undefined });
    expect(silent).toMatchObject({ code: 6, stderr: expect.stringContaining('no answer within 1 s') });

    const cut = await trigger([EVENT], { handler: (_request, response) => void response.destroy() });
    expect(cut.code).toBe(6);
  });

  test('of several: a refusal counts for more than a target that is gone', async () => {
    let count = 0;
    const { code, stdout, stderr } = await trigger([EVENT, '--repeat', '3'], {
      handler(request, response) {
        count += 1;
        if (count === 1) response.destroy();
        else if (count === 2) response.writeHead(500).end('broken\nhere');
        else void accept(request, response);
      },
    });
    expect(code).toBe(3);
    expect(stdout.split('\n').map((line) => line.replaceAll(/ *\d+ ms {2}msg_\w+/g, ''))).toEqual([
      expect.stringMatching(/^FAIL {2}- {2}\S/),
      'FAIL  500  should be 2xx  broken here',
      'ok    204',
      '',
    ]);
    expect(stderr).toMatch(/3 sent, 1 accepted; .*\nerror: 2 of 3 deliveries were not accepted\n$/);
  });
});

describe('what is refused before anything is sent', () => {
  test('a target on another machine, unless --yes says so', async () => {
    for (const mode of [[EVENT], ['--suite']]) {
      const args = ['trigger', ...mode, '--to', 'http://user:hush@hooks.invalid/x', '--json'];
      const ended = await workplace.run(args, { env });
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'remote_target' } });
      expect(ended.stderr).not.toContain('hush');
    }
  });

  test('a secret that is not there is 4, a malformed one 2', async () => {
    for (const mode of [[EVENT], ['--suite']]) {
      const none = await trigger(mode, { env: { OPTIPICK_WEBHOOK_SECRET: '' } });
      expect(none).toMatchObject({ code: 4, stdout: '', seen: [] });
      expect(none.stderr).toMatch(
        /^error: there is no webhook secret to sign with: OPTIPICK_WEBHOOK_SECRET is set and empty\nhint: /,
      );
      const bad = await trigger(mode, { env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_hush!hush' } });
      expect(bad).toMatchObject({ code: 2, stdout: '', seen: [] });
      expect(bad.stderr).not.toContain('hush');
    }
  });

  test('a body that is not there or no JSON', async () => {
    const missing = await trigger([EVENT, '--data', '@missing.json']);
    expect(missing).toMatchObject({ code: 2, seen: [], stderr: expect.stringContaining('there is no such file') });
    const slip = await trigger([EVENT, '--data', 'body.json']);
    expect(slip).toMatchObject({ code: 2, seen: [], stderr: expect.stringContaining('--data @body.json') });
  });
});

describe('--expect', () => {
  const answering =
    (status: number): Handler =>
    (_request, response) =>
      void response.writeHead(status).end();

  test.each([
    [['--bad-signature', '--expect', '401'], 401, 0],
    [['--bad-signature', '--expect', '401'], 400, 3],
    [['--bad-signature', '--expect', '204'], 204, 0],
    [['--expect', '4xx'], 404, 0],
    [['--expect', '4XX'], 204, 3],
    [['--expect', '500'], 500, 0],
    [['--expect', '302'], 302, 0],
    [['--expect', '200'], 204, 3],
  ] as const)('%j, answered %d, is %d', async (args, status, expected) => {
    const { code, stdout, stderr } = await trigger([EVENT, ...args], { handler: answering(status) });
    expect(code).toBe(expected);
    const pattern = args.at(-1)?.toLowerCase() ?? '';
    expect(stdout).toMatch(
      expected === 0 ? /^ok .* {2}as expected\n$/ : new RegExp(`^FAIL .* {2}should be ${pattern}\n$`),
    );
    if (expected === 0) expect(stderr).toBe('');
    else expect(stderr).toMatch(new RegExp(`^error: http:\\S+ answered ${status}\\b.*, not ${pattern}\n$`));
  });

  test('of several: each must be answered so', async () => {
    let count = 0;
    const { code, stderr } = await trigger([EVENT, '--repeat', '2', '--expect', '401', '--json'], {
      handler: (request, response) => answering((count += 1) === 1 ? 401 : 403)(request, response),
    });
    const { error } = JSON.parse(stderr.split('\n').at(-2) ?? '') as { error: unknown };
    expect([code, error]).toMatchObject([
      3,
      { code: 'not_expected', status: 403, message: '1 of 2 deliveries were not answered 401' },
    ]);
  });
});

test('Ctrl-C ends it at once with 130', async () => {
  const arrived = Promise.withResolvers<void>();
  await using service = await startService(() => arrived.resolve());
  const running = workplace.start(['trigger', EVENT, '--to', service.url], { env });
  await arrived.promise;
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
});
