/** `optipick events ui` of the built program: the inbox without a listener. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, inspectorClient } from '../support/inspector.ts';
import { undocumented } from '../support/json-output.ts';
import { deliver, followLines, payloadOf, SECRET, startListener, type LinePrinter } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';

const FIRST = '67507ad05e593173d0313e0f';
const SECOND = '67507ad05e593173d0313e10';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

interface RunningUi extends LinePrinter, AsyncDisposable {
  readonly url: URL;
}

async function startUi(args: readonly string[]): Promise<RunningUi> {
  const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
  const printer = followLines(workplace.start(['events', 'ui', '--json', ...args], { env, timeoutMs: 120_000 }));
  const ready = await printer.line(({ type }) => type === 'ready');
  expect(undocumented('events-ui', ready)).toEqual([]);
  return {
    ...printer,
    url: new URL(String(ready['inspector_url'])),
    async [Symbol.asyncDispose]() {
      printer.kill('SIGKILL');
      await printer.ended;
    },
  };
}

/** Two deliveries that were forwarded there, and a listener that has ended. */
async function fill(args: readonly string[]): Promise<void> {
  await using listener = await startListener(workplace, ['--no-fetch', ...args]);
  expect(await deliver(listener.url, { id: 'msg_first', body: payloadOf(FIRST) })).toBe(204);
  expect(await deliver(listener.url, { id: 'msg_second', body: payloadOf(SECOND) })).toBe(204);
  const forged = { id: 'msg_forged', body: payloadOf(FIRST), headers: { 'svix-signature': 'v1,AAAA' } };
  expect(await deliver(listener.url, forged)).toBe(401);
  for (const id of ['msg_first', 'msg_second']) await listener.line((line) => line['id'] === id);
  await expect
    .poll(async () => (await workplace.run(['events', 'list', '--status', 'done', '--json'])).stdout)
    .toMatch(/msg_second[^]*msg_first/);
  listener.kill('SIGINT');
  await listener.ended;
}

describe('optipick events ui', () => {
  test('shows what a listener has received, and the next listener does what is replayed', async () => {
    await using target = await startReceiver();
    const forward = ['--forward-to', target.url];
    await fill(forward);
    await Promise.all([target.next(), target.next()]);
    await using ui = await startUi(['--port', '0']);
    const { url } = ui;
    expect(ui.lines()).toHaveLength(1);
    expect(url.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
    expect((await ask(url, '/')).status).toBe(401);
    const client = inspectorClient(url);
    const list = await client('/');
    expect(list.status).toBe(200);
    const rows = [...list.body.matchAll(/<li id="(\w+)" class="row">/g)].map(([, id]) => id);
    expect(rows).toEqual(['r1', 'd2', 'd1']);
    const detail = await client('/deliveries/1');
    expect(detail.status).toBe(200);
    expect(detail.body).toContain('msg_first');
    expect(detail.body).toContain('with the secret of OPTIPICK_WEBHOOK_SECRET');
    expect((await client('/deliveries/1/json')).body).toBe(payloadOf(FIRST));
    expect((await client('/deliveries/3')).status).toBe(404);

    const headers = { origin: url.origin, accept: 'application/json' };
    const answer = await client('/deliveries/1/replay', { method: 'POST', headers, body: '' });
    expect(JSON.parse(answer.body)).toEqual({ ok: true, text: 'Due now: the next listener does it' });
    expect((await client('/?state=pending')).body).toContain('id="d1"');
    await using listener = await startListener(workplace, ['--no-fetch', ...forward]);
    const { headers: sent, body } = await target.next();
    expect([sent['svix-id'], body.toString()]).toEqual(['msg_first', payloadOf(FIRST)]);
    // What was done elsewhere is seen here.
    await expect.poll(async () => (await client('/?state=pending')).body).not.toContain('id="d1"');
    expect(await deliver(listener.url, { id: 'msg_third', body: payloadOf(FIRST) })).toBe(204);
    await expect.poll(async () => (await client('/?state=done')).body).toContain('id="d3"');
  });

  test('ends on Ctrl-C with code 130', async () => {
    await using ui = await startUi(['--port', '0']);
    expect((await inspectorClient(ui.url)('/')).body).toContain('Nothing was received yet.');
    ui.kill('SIGINT');
    expect(await ui.ended).toMatchObject({ code: 130 });
    await expect(ask(ui.url, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('takes no other port than the one asked for', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    try {
      const { port } = taken.address() as AddressInfo;
      const { code, stdout, stderr } = await workplace.run(['events', 'ui', '--json', '--port', String(port)]);
      expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'port_in_use' } });
      // The port of a listener is another one than that of its page.
      const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
      const flags = ['--port', '0', '--no-fetch', '--inspect', String(port)];
      const listener = await workplace.run(['listen', ...flags], { env });
      expect(listener.code).toBe(7);
      expect(listener.stderr).toContain('hint: choose another with --inspect, or a free one with --inspect 0; see');
    } finally {
      taken.close();
    }
  });

  test('takes the next free port beside another one, and each needs its own token', async () => {
    const both = await Promise.all([startUi([]), startUi([])]);
    await using one = both[0];
    await using two = both[1];
    expect(one.url.port).not.toBe(two.url.port);
    expect((await inspectorClient(one.url)('/')).status).toBe(200);
    expect((await inspectorClient(two.url)('/')).status).toBe(200);
    const foreign = new URL(`/?token=${one.url.searchParams.get('token') ?? ''}`, two.url);
    expect((await inspectorClient(foreign)('/')).status).toBe(401);
  });
});
