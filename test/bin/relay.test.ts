/** `listen --relay` of the built program, through a real relay. */
import { Webhook } from 'svix';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET, startListener, type Listener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { IN_USE, startRelay } from '../support/relay.ts';
import { startSandbox } from '../support/sandbox.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const BODY = '{"request_id":"67507ad05e593173d0313e0f"}';

const listenTo = (relay: { readonly url: string }, args: readonly string[] = []): Promise<Listener> =>
  startListener(workplace, ['--no-fetch', '--relay', ...args], { env: { OPTIPICK_RELAY_URL: relay.url } });

function deliver(inbox: string, id: string, body: string | Uint8Array = BODY, secret = SECRET): Promise<Response> {
  const sent = new Date();
  const signature = new Webhook(secret).sign(id, sent, typeof body === 'string' ? body : Buffer.from(body));
  return fetch(inbox, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(Math.floor(sent.getTime() / 1000)),
      'svix-signature': signature,
    },
    body,
  });
}

const typesOf = (listener: Listener): readonly unknown[] => listener.lines().map(({ type }) => type);

describe('a relay', () => {
  test('brings what is sent to its inbox; the ready line has the address that it acknowledged', async () => {
    await using relay = await startRelay();
    await using listener = await listenTo(relay);
    expect(listener.lines()[0]).toEqual({
      v: 1,
      type: 'ready',
      url: listener.url,
      port: listener.port,
      relay_url: relay.inbox(),
      viewer_url: relay.inbox().replace('/in/', '/view/'),
    });
    expect(relay.started[0]).toMatch(/^c_[0-9A-Za-z]{10}$/);
    const response = await deliver(relay.inbox(), 'msg_1');
    expect(response.status).toBe(204);
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({
      id: 'msg_1',
      request_id: '67507ad05e593173d0313e0f',
    });
    expect((await deliver(relay.inbox(), 'msg_1')).status).toBe(204);
    expect(await listener.line(({ type }) => type === 'duplicate')).toMatchObject({ id: 'msg_1' });
    expect((await deliver(relay.inbox(), 'msg_2', BODY, 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD')).status).toBe(401);
    expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({ id: 'msg_2', reason: 'no_match' });
    expect(relay.answers.map(({ binary }) => binary)).toEqual([false, false, false]);
    listener.kill('SIGTERM');
    expect((await listener.ended).code).toBe(143);
    await expect.poll(() => relay.closed).toEqual([{ code: 1000, reason: '' }]);
  });

  test('keeps its address from run to run; --relay new takes another, a token that one', async () => {
    await using relay = await startRelay();
    const once = async (args: readonly string[]): Promise<void> => {
      await using listener = await listenTo(relay, args);
      listener.kill('SIGTERM');
      await listener.ended;
    };
    await once([]);
    await once([]);
    await once(['new']);
    await once([]);
    await once(['c_0123456789abcdef']);
    const [first, second, third, fourth, fifth] = relay.started;
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBe(third);
    expect(fifth).toBe('c_0123456789abcdef');
  });

  test('that is lost is told of once, and found again at the same address', async () => {
    await using relay = await startRelay();
    await using listener = await listenTo(relay);
    for (const [index, code] of [1001, 1006, 1011].entries()) {
      relay.drop(code);
      await relay.connected(index + 2);
      expect((await deliver(relay.inbox(), `msg_${code}`)).status).toBe(204);
    }
    await listener.line(({ id }) => id === 'msg_1011');
    expect(typesOf(listener).filter((type) => type !== 'event')).toEqual([
      'ready',
      'reconnecting',
      'connected',
      'reconnecting',
      'connected',
      'reconnecting',
      'connected',
    ]);
    expect(new Set(relay.started).size).toBe(1);
    expect(listener.errors()).toMatch(/^warning: What is relayed passes through a third party .*\n$/);
  });

  test('that goes away and comes back is found again', async () => {
    await using relay = await startRelay();
    await using listener = await listenTo(relay);
    await relay.down();
    await listener.line(({ type }) => type === 'reconnecting');
    await relay.up();
    await listener.line(({ type }) => type === 'connected');
    expect((await deliver(relay.inbox(), 'msg_1')).status).toBe(204);
  });
});

describe('in a script', () => {
  const relayed = (relay: { readonly url: string }) => ({ env: { OPTIPICK_RELAY_URL: relay.url } });

  test('--once ends with 0 at the first event, and with 9 at one that does not verify', async () => {
    await using relay = await startRelay();
    const good = await startListener(workplace, ['--no-fetch', '--relay', '--once'], relayed(relay));
    await deliver(relay.inbox(), 'msg_1');
    expect((await good.ended).code).toBe(0);
    const bad = await startListener(workplace, ['--no-fetch', '--relay', '--once'], relayed(relay));
    await deliver(relay.inbox(), 'msg_2', BODY, 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD');
    expect((await bad.ended).code).toBe(9);
  });

  test('--timeout ends with 8 when nothing came, and with 6 when there was no relay', async () => {
    const relay = await startRelay();
    const args = ['listen', '--no-fetch', '--relay', '--once', '--port', '0', '--timeout', '3s'];
    const env = { OPTIPICK_RELAY_URL: relay.url, OPTIPICK_WEBHOOK_SECRET: SECRET };
    expect((await workplace.run(args, { env })).code).toBe(8);
    await relay[Symbol.asyncDispose]();
    const gone = await workplace.run(args, { env });
    expect({ code: gone.code, stdout: gone.stdout }).toEqual({ code: 6, stdout: '' });
    expect(gone.stderr).toMatch(
      /^warning: the relay cannot be reached: .*ECONNREFUSED.*; trying on\nlistening|^warning: the relay cannot be reached: .*ECONNREFUSED.*; trying on\n/,
    );
  });

  test('--timeout ends with 6 when the relay refuses the inbox, and says so', async () => {
    await using relay = await startRelay({ refuse: IN_USE });
    const args = ['listen', '--no-fetch', '--relay', 'c_0123456789', '--port', '0', '--timeout', '5s', '--json'];
    const env = { OPTIPICK_RELAY_URL: relay.url, OPTIPICK_WEBHOOK_SECRET: SECRET };
    const { code, stderr } = await workplace.run(args, { env });
    const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { error: Record<string, string> };
    expect([code, error['code'], error['message']]).toEqual([
      6,
      'relay_refused',
      `the relay did not give its inbox within 5 s: ${IN_USE}`,
    ]);
  });

  test.each([
    ['a malformed token', ['--relay', 'abc'], 'bad_relay_token'],
    ['--allow-from', ['--relay', '--allow-from', 'svix'], 'conflicting_options'],
    ['--trust-proxy', ['--relay', '--trust-proxy'], 'conflicting_options'],
  ])('%s is exit 2', async (_, args, code) => {
    const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
    const result = await workplace.run(['listen', '--no-fetch', '--json', ...args], { env });
    expect(result.code).toBe(2);
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code, exitCode: 2 } });
  });

  test('a relay on another machine without TLS is exit 2', async () => {
    const env = { OPTIPICK_WEBHOOK_SECRET: SECRET, OPTIPICK_RELAY_URL: 'ws://relay.example/api/v1/listen/' };
    expect((await workplace.run(['listen', '--no-fetch', '--relay'], { env })).code).toBe(2);
  });
});

describe('the walk-through', () => {
  test('from listen --relay to the printed result, with a sandbox that sends to the relay', async () => {
    await using relay = await startRelay();
    await using sandbox = await startSandbox(workplace, ['--latency', '20ms', '--secret', SECRET]);
    const env = {
      OPTIPICK_BASE_URL: sandbox.url,
      OPTIPICK_API_KEY: sandbox.ready.api_key,
      OPTIPICK_RELAY_URL: relay.url,
    };
    const listener = await startListener(workplace, ['--relay', '--once'], { env });
    await sandbox.call('POST', '/_sandbox/endpoints', { url: relay.inbox(), secret: SECRET });
    const picks = [{ pick_id: '1', order_id: 'S', location_id: 'A01' }];
    const id = await sandbox.submit('cluster', {
      site_name: 'Example',
      start_points: 'Start',
      end_points: 'End',
      picks,
    });
    expect((await listener.ended).code).toBe(0);
    expect(listener.lines().find(({ type }) => type === 'event')).toMatchObject({
      request_id: id,
      kind: 'cluster',
      result: { type: 'CLUSTER', request_id: id },
    });
  });

  test('for people says the address, the third party, and that sources are not checked', async () => {
    await using relay = await startRelay({ refuse: IN_USE });
    const running = workplace.start(['listen', '--no-fetch', '--relay', 'c_0123456789', '--port', '0'], {
      env: { OPTIPICK_RELAY_URL: relay.url, OPTIPICK_WEBHOOK_SECRET: SECRET },
    });
    let said = '';
    const heard = (words: string): Promise<void> =>
      new Promise((resolve) => {
        running.stderr?.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes(words)) resolve();
        });
      });
    await heard('another listener receives at this inbox of the relay; trying until it ends');
    delete relay.faults.refuse;
    await heard('signatures are.');
    running.kill('SIGTERM');
    await running;
    expect(said).toContain(`  relay    ${relay.inbox('c_0123456789')}\n`);
    expect(said).toContain('passes through a third party (127.0.0.1:');
    expect(said.match(/another listener/g)).toHaveLength(1);
  });
});
