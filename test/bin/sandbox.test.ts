/** The sandbox as users run it: the built program, called by plain HTTP, by curl, and by a receiver in Python. */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createWorkplace, type Workplace } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';
import { firstLines, startSandbox } from '../support/sandbox.ts';
import { waveOf } from '../support/wave.ts';

const ID = /^[0-9a-f]{24}$/;
const ROUTE = { site_name: 'Example', picks: [{ pick_id: '1', location_id: 'A01' }] };
const CLUSTER = { site_name: 'Example', picks: [{ pick_id: '1', order_id: 'A', location_id: 'A01' }] };
const at = (location: string) => ({ site_name: 'Example', picks: [{ pick_id: '1', location_id: location }] });

const isThere = async (command: string): Promise<boolean> =>
  (await execa(command, ['--version'], { reject: false })).exitCode === 0;
const hasCurl = await isThere('curl');
const hasPython = await isThere('python3');

let workplace: Workplace;
beforeAll(async () => {
  workplace = await createWorkplace();
});
afterAll(async () => {
  await workplace.remove();
});

describe('the first line', () => {
  test('of --json says where it is and with what it is called', async () => {
    await using sandbox = await startSandbox(workplace);
    expect(sandbox.ready).toEqual({
      v: 1,
      type: 'ready',
      url: `http://127.0.0.1:${sandbox.ready.port}`,
      port: expect.any(Number),
      api_key: expect.stringMatching(/^sandbox_[0-9a-f]{32}$/),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32,}=*$/),
    });
    const { status, headers } = await sandbox.call('POST', '/optimize/route', ROUTE);
    expect([status, headers.get('x-optipick-sandbox')]).toEqual([200, '1']);
  });

  test('without --json is for people, with lines to paste into a shell', async () => {
    const running = workplace.start(['sandbox', '--port', '0', '--api-key', 'k', '--secret', 'whsec_c2VjcmV0'], {});
    const lines = await firstLines(running.stdout as Readable, 5);
    running.kill('SIGTERM');
    await running;
    expect(lines.map((line) => line.replace(/:\d+/, ':PORT'))).toEqual([
      'OptiPick sandbox at http://127.0.0.1:PORT  (site Example)',
      '',
      '  export OPTIPICK_BASE_URL=http://127.0.0.1:PORT',
      '  export OPTIPICK_API_KEY=k',
      '  export OPTIPICK_WEBHOOK_SECRET=whsec_c2VjcmV0',
    ]);
  });
});

describe('flags', () => {
  test('--port and --api-key are what it is called by; another key is refused', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => {
      free.listen(0, '127.0.0.1', resolve);
    });
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => {
      free.close(resolve);
    });
    await using sandbox = await startSandbox(workplace, ['--port', String(port), '--api-key', 'key-of-mine']);
    expect({ port: sandbox.ready.port, key: sandbox.ready.api_key }).toEqual({ port, key: 'key-of-mine' });
    const wrong = await sandbox.call('POST', '/optimize/route', ROUTE, { 'x-api-key': 'another' });
    expect([wrong.status, wrong.body]).toEqual([403, { message: 'Forbidden' }]);
  });

  test('--webhook, --events and --secret decide who is told of what, signed how', async () => {
    await using all = await startReceiver();
    await using routes = await startReceiver();
    const secret = `whsec_${Buffer.from('a secret of the tests, 24+').toString('base64')}`;
    await using sandbox = await startSandbox(workplace, [
      '--webhook',
      routes.url,
      '--events',
      'route.optimized,route.optimized.Example.*',
      '--secret',
      secret,
      '--latency',
      '0ms',
    ]);
    await sandbox.call('POST', '/_sandbox/endpoints', { url: all.url });
    const cluster = await sandbox.submit('cluster', CLUSTER);
    const first = await all.next();
    const route = await sandbox.submit('route', ROUTE);
    const told = [first, await all.next(), await routes.next()].map(({ headers, body }) => {
      new Webhook(secret).verify(body.toString(), {
        'webhook-id': String(headers['svix-id']),
        'webhook-timestamp': String(headers['svix-timestamp']),
        'webhook-signature': String(headers['svix-signature']),
      });
      return JSON.parse(body.toString()) as unknown;
    });
    expect(told).toEqual([{ request_id: cluster }, { request_id: route }, { request_id: route }]);
  });

  test('--latency keeps a job pending', async () => {
    await using slow = await startSandbox(workplace, ['--latency', '10m']);
    const id = await slow.submit('route', ROUTE);
    expect((await slow.call('GET', `/optimize/route/${id}`)).status).toBe(404);
  });

  test('--time-scale compresses a retry schedule of minutes', async () => {
    await using receiver = await startReceiver([500, 503]);
    await using sandbox = await startSandbox(workplace, [
      '--webhook',
      receiver.url,
      '--latency',
      '0ms',
      '--time-scale',
      '10000',
    ]);
    const id = await sandbox.submit('route', ROUTE);
    const attempts = [await receiver.next(), await receiver.next(), await receiver.next()];
    expect(new Set(attempts.map(({ headers }) => headers['svix-id'])).size).toBe(1);
    expect(attempts.map(({ body }) => (JSON.parse(body.toString()) as { request_id: string }).request_id)).toEqual([
      id,
      id,
      id,
    ]);
  });

  test('--faults happen at their rate, the same ones for the same --seed', async () => {
    const statuses = async (seed: string): Promise<readonly number[]> => {
      await using sandbox = await startSandbox(workplace, ['--faults', 'error500=0.3,rate-limit=0.3', '--seed', seed]);
      const seen: number[] = [];
      for (let call = 0; call < 12; call += 1) {
        seen.push((await sandbox.call('GET', '/optimize/route/000000000000000000000000')).status);
      }
      return seen;
    };
    const once = await statuses('7');
    expect(new Set(once)).toEqual(new Set([404, 429, 500]));
    expect(await statuses('7')).toEqual(once);
    expect(await statuses('8')).not.toEqual(once);
  });

  test('--site is the warehouse that is walked', async () => {
    const file = join(workplace.folder, 'site.json');
    await writeFile(file, '{"site_name":"Mini","unit":"m","names":["P","Q"],"matrix":[[0,3],[5,0]]}');
    await using sandbox = await startSandbox(workplace, ['--site', file]);
    const request = { site_name: 'Mini', start_points: 'P', end_points: 'P' };
    const { body } = await sandbox.call('POST', '/optimize/route', {
      ...request,
      picks: [{ pick_id: 'q', location_id: 'Q' }],
    });
    expect(body).toMatchObject({ site_name: 'Mini', unit: 'm', optimal_distance: 8 });
    const unknown = await sandbox.call('POST', '/optimize/route', { ...ROUTE, site_name: 'Example' });
    expect(unknown.status).toBe(422);
  });

  for (const [shape, expected] of [
    ['request_id', { request_id: expect.stringMatching(ID) }],
    ['id', { id: expect.stringMatching(ID) }],
    ['_id', { _id: expect.stringMatching(ID) }],
    ['bare', expect.stringMatching(ID)],
  ] as const) {
    test(`--submit-shape ${shape} is how a submission is answered`, async () => {
      await using sandbox = await startSandbox(workplace, ['--submit-shape', shape]);
      expect((await sandbox.call('POST', '/optimize/route?synchronous=false', ROUTE)).body).toEqual(expected);
    });
  }

  for (const [shape, status, expected] of [
    ['404', 404, { detail: 'Request not found, or not finished yet' }],
    ['202', 202, { request_id: expect.stringMatching(ID) }],
    ['null', 200, null],
    ['status', 200, { request_id: expect.stringMatching(ID), status: 'RUNNING' }],
  ] as const) {
    test(`--pending-as ${shape} is how polling is answered before the end`, async () => {
      await using sandbox = await startSandbox(workplace, ['--pending-as', shape, '--latency', '10m']);
      const id = await sandbox.submit('route', ROUTE);
      const { status: seen, body } = await sandbox.call('GET', `/optimize/route/${id}`);
      expect([seen, body]).toEqual([status, expected]);
    });
  }

  test('--allow-remote-webhooks lets an endpoint be anywhere', async () => {
    const url = 'https://hooks.example.com/optipick';
    await using sandbox = await startSandbox(workplace, ['--allow-remote-webhooks', '--webhook', url]);
    expect((await sandbox.call('GET', '/_sandbox/endpoints')).body).toMatchObject([{ url, disabled: false }]);
  });
});

describe('what cannot be is refused before anything is opened', () => {
  for (const [why, flags, code] of [
    ['a webhook target that is not on this machine', ['--webhook', 'https://example.com/hook'], 'remote_webhook'],
    ['a webhook target that is no address', ['--webhook', 'example'], 'bad_webhook_url'],
    ['an event that does not exist', ['--webhook', 'http://127.0.0.1:9', '--events', 'rout.optimized'], 'bad_event'],
    ['an unknown fault', ['--faults', 'explode=0.5'], 'bad_faults'],
    ['a rate above 1', ['--faults', 'drop=1.5'], 'bad_faults'],
    ['a rate below 0', ['--faults', 'drop=-0.1'], 'bad_faults'],
    ['a fault without a rate', ['--faults', 'drop'], 'bad_faults'],
    ['a secret that is none', ['--secret', 'whsec_!'], 'bad_secret'],
    ['a time scale of 0', ['--time-scale', '0'], 'bad_sandbox_option'],
    ['half a seed', ['--seed', '0.5'], 'bad_sandbox_option'],
    ['a site file that is not JSON', ['--site', 'README'], 'bad_site_file'],
    ['a site file with faults', ['--site', 'faulty.json'], 'bad_site_file'],
  ] as const) {
    test(`${why} is exit 2`, async () => {
      await writeFile(join(workplace.folder, 'README'), 'aisles: four');
      await writeFile(join(workplace.folder, 'faulty.json'), '{"site_name":"S","names":["P"],"matrix":[[0,1]]}');
      const { code: exit, stdout, stderr } = await workplace.run(['sandbox', '--port', '0', '--json', ...flags]);
      const { error } = JSON.parse(stderr) as { error: { code: string; exitCode: number } };
      expect({ exit, stdout, code: error.code, exitCode: error.exitCode }).toEqual({
        exit: 2,
        stdout: '',
        code,
        exitCode: 2,
      });
    });
  }

  test('a site file that is not there is exit 2, a port in use exit 7', async () => {
    await using first = await startSandbox(workplace);
    const missing = await workplace.run(['sandbox', '--site', 'nowhere.json']);
    const taken = await workplace.run(['sandbox', '--port', String(first.ready.port)]);
    expect([missing.code, taken.code]).toEqual([2, 7]);
    expect(taken.stderr).toContain(`port ${first.ready.port}`);
  });
});

describe('Ctrl-C', () => {
  test('ends it with 130 while a job runs and webhooks wait for their next attempt', async () => {
    await using receiver = await startReceiver([500, 500, 500]);
    const sandbox = await startSandbox(workplace, ['--webhook', receiver.url, '--latency', '0ms']);
    await sandbox.submit('route', ROUTE);
    await receiver.next();
    const hanging = sandbox.call('POST', '/optimize/route', at('SLOW')).catch(() => 'cut');
    const wave = sandbox.call('POST', '/optimize/cluster', waveOf({ picks: 2500, orders: 850 })).catch(() => 'cut');
    await sandbox.submit('route', ROUTE);
    const { code } = await sandbox.stop('SIGINT');
    expect({ code, wave: await wave }).toEqual({ code: 130, wave: 'cut' });
    await hanging;
    await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
  });

  test('from the supervisor is 143', async () => {
    const sandbox = await startSandbox(workplace);
    expect((await sandbox.stop('SIGTERM')).code).toBe(143);
  });
});

/** Runs in a process of its own: it must end by itself, as nothing keeps it alive. */
test('a sandbox that is stopped leaves no timer behind, whatever it was about to do', async () => {
  await using receiver = await startReceiver([500]);
  const source = `
import { createSandbox } from ${JSON.stringify(new URL('../../dist/sandbox.js', import.meta.url).href)};
const sandbox = await createSandbox({ latency: 0 });
sandbox.addEndpoint(${JSON.stringify(receiver.url)});
const post = (path, location) => fetch(sandbox.url + path, {
  method: 'POST',
  headers: { 'x-api-key': sandbox.apiKey },
  body: JSON.stringify({ site_name: 'Example', picks: [{ pick_id: '1', location_id: location }] }),
});
await (await post('/optimize/route?synchronous=false', 'A01')).text();
process.stdin.once('data', async () => {
  process.stdin.destroy();
  await sandbox.stop();
  console.log('stopped');
});
`;
  const child = execa(process.execPath, ['--input-type=module', '--eval', source], { timeout: 20_000 });
  await receiver.next();
  child.stdin?.write('now\n');
  const { exitCode, stdout, stderr } = await child;
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'stopped', stderr: '' });
});

describe.skipIf(!hasCurl)('with curl alone (skipped where there is no curl)', () => {
  const curl = async (...args: readonly string[]): Promise<unknown> => {
    const { stdout } = await execa('curl', ['--silent', '--show-error', '--fail', ...args]);
    return JSON.parse(stdout) as unknown;
  };
  const post = (key: string, url: string): Promise<unknown> =>
    curl('-H', `X-API-KEY: ${key}`, '-H', 'Content-Type: application/json', '-d', JSON.stringify(CLUSTER), url);

  test('one synchronous call brings the result', async () => {
    await using sandbox = await startSandbox(workplace);
    const answer = await post(sandbox.ready.api_key, `${sandbox.url}/optimize/cluster`);
    expect(answer).toMatchObject({ type: 'CLUSTER', optimal_clusters: [{ list_id: 'cluster_0', order_ids: ['A'] }] });
  });

  test('an asynchronous one brings an id, and polling the result', async () => {
    await using sandbox = await startSandbox(workplace, ['--latency', '50ms']);
    const submitted = await post(sandbox.ready.api_key, `${sandbox.url}/optimize/cluster?synchronous=false`);
    const { request_id: id } = submitted as { request_id: string };
    const answer = await curl(
      // 404 before the end counts as passing.
      '--retry',
      '20',
      '--retry-delay',
      '1',
      '--retry-all-errors',
      '-H',
      `X-API-KEY: ${sandbox.ready.api_key}`,
      `${sandbox.url}/optimize/cluster/${id}`,
    );
    expect(answer).toMatchObject({ type: 'CLUSTER', request_id: id, error: null });
  });

  test('or a webhook tells when to fetch it', async () => {
    await using receiver = await startReceiver();
    await using sandbox = await startSandbox(workplace, ['--webhook', receiver.url, '--latency', '20ms']);
    const submitted = await post(sandbox.ready.api_key, `${sandbox.url}/optimize/cluster?synchronous=false`);
    const { body } = await receiver.next();
    const { request_id: id } = JSON.parse(body.toString()) as { request_id: string };
    const answer = await curl('-H', `X-API-KEY: ${sandbox.ready.api_key}`, `${sandbox.url}/optimize/cluster/${id}`);
    expect([submitted, answer]).toMatchObject([{ request_id: id }, { request_id: id, error: null }]);
  });
});

test.skipIf(!hasPython)(
  'a receiver in plain Python, given only address, key and secret, verifies and prints the result (skipped where there is no python3)',
  async () => {
    await using sandbox = await startSandbox(workplace, ['--latency', '20ms']);
    const { url, api_key: key, secret } = sandbox.ready;
    const receiver = execa('python3', [join(import.meta.dirname, '../fixtures/receiver.py')], {
      env: { OPTIPICK_BASE_URL: url, OPTIPICK_API_KEY: key, OPTIPICK_WEBHOOK_SECRET: secret },
      reject: false,
      timeout: 25_000,
    });
    try {
      const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
      const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value)) as unknown;
      const target = `http://127.0.0.1:${String(await next())}/webhook`;
      await sandbox.call('POST', '/_sandbox/endpoints', { url: target });
      const id = await sandbox.submit('cluster', CLUSTER);
      expect(await next()).toEqual((await sandbox.call('GET', `/optimize/cluster/${id}`)).body);
      await fetch(target, { method: 'POST', body: JSON.stringify({ request_id: id }) });
      expect(await next()).toEqual({ refused: 'not signed' });
    } finally {
      receiver.kill();
      await receiver;
    }
  },
);

describe('a wave of 2,500 picks and 850 orders', () => {
  test('is answered with every order whole, and 200 submissions are answered while it is worked on', async () => {
    await using sandbox = await startSandbox(workplace, ['--latency', '0ms']);
    const done: string[] = [];
    const wave = sandbox
      .call('POST', '/optimize/cluster', { ...waveOf({ picks: 2500, orders: 850 }), parameters: { max_orders: 20 } })
      .finally(() => done.push('wave'));
    const small = Array.from({ length: 200 }, async () => {
      const id = await sandbox.submit('route', ROUTE);
      done.push('small');
      return id;
    });
    const ids = await Promise.all(small);
    expect(new Set(ids).size).toBe(200);
    const { status, body } = await wave;
    const { optimal_clusters: clusters, optimal_distance: optimal } = body as {
      optimal_clusters: readonly { picks: readonly { pick_id: string }[]; order_ids: readonly string[] }[];
      optimal_distance: number;
    };
    const orders = clusters.flatMap(({ order_ids: inside }) => inside);
    expect({
      status,
      picks: new Set(clusters.flatMap(({ picks }) => picks.map(({ pick_id: id }) => id))).size,
      orders: [orders.length, new Set(orders).size],
      largest: Math.max(...clusters.map(({ order_ids: inside }) => inside.length)),
      isPositive: optimal > 0,
    }).toEqual({ status: 200, picks: 2500, orders: [850, 850], largest: 20, isPositive: true });
    // Held up, they would all be answered behind it.
    expect(done.indexOf('wave')).toBeGreaterThan(100);
  });
});

describe('magic inputs', () => {
  test('FAIL lets the job fail with an error in its answer', async () => {
    await using sandbox = await startSandbox(workplace);
    const { status, body } = await sandbox.call('POST', '/optimize/route', at('FAIL'));
    expect([status, (body as { error: string }).error]).toEqual([
      200,
      'Optimization failed (a pick is at the location FAIL)',
    ]);
  });

  test('SLOW keeps it pending while another that was submitted later is done', async () => {
    await using receiver = await startReceiver();
    await using sandbox = await startSandbox(workplace, ['--webhook', receiver.url, '--latency', '200ms']);
    const slow = await sandbox.submit('route', at('SLOW'));
    const quick = await sandbox.submit('route', ROUTE);
    const order = [await receiver.next(), await receiver.next()].map(
      ({ body }) => (JSON.parse(body.toString()) as { request_id: string }).request_id,
    );
    expect(order).toEqual([quick, slow]);
  });

  test('x-sandbox-status is answered once; the same call again deserves its proper answer', async () => {
    await using sandbox = await startSandbox(workplace);
    const call = () => sandbox.call('POST', '/optimize/route', ROUTE, { 'x-sandbox-status': '429' });
    const [first, second] = [await call(), await call()];
    expect([first.status, first.headers.get('retry-after'), second.status]).toEqual([429, '1', 200]);
  });
});
