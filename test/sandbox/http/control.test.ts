import { describe, expect, test } from 'vitest';

import { jsonResponse } from '../../../src/lib/net/http.ts';
import { createBench, createReceiver, routeOf } from '../bench.ts';
import { NOON } from '../fake-clock.ts';

const TARGET = 'http://127.0.0.1:5000/webhook';
const ENDPOINT_ID = /^ep_[A-Za-z0-9]{27}$/;

describe('endpoints', () => {
  test('are added, listed, disabled and enabled', async () => {
    const bench = createBench();
    expect((await bench.get('/_sandbox/endpoints')).body).toEqual([]);
    const added = await bench.post('/_sandbox/endpoints', { url: TARGET, events: ['cluster.optimized'] });
    const view = {
      id: expect.stringMatching(ENDPOINT_ID) as string,
      url: TARGET,
      events: ['cluster.optimized'],
      disabled: false,
      disabled_reason: null,
      created_at: '2026-01-31T12:00:00.000Z',
    };
    expect([added.status, added.body]).toEqual([201, view]);
    const { id } = added.body as { id: string };
    expect((await bench.get('/_sandbox/endpoints')).body).toEqual([added.body]);

    const disabled = await bench.post(`/_sandbox/endpoints/${id}/disable`);
    expect([disabled.status, disabled.body]).toEqual([
      200,
      { ...view, disabled: true, disabled_reason: 'disabled by hand' },
    ]);
    const enabled = await bench.post(`/_sandbox/endpoints/${id}/enable`);
    expect([enabled.status, enabled.body]).toEqual([200, view]);
  });

  test('show their secret: the common one, or their own', async () => {
    const bench = createBench();
    const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const secrets: unknown[] = [];
    for (const secret of [undefined, null, own]) {
      const { body } = await bench.post('/_sandbox/endpoints', { url: TARGET, secret });
      secrets.push((await bench.get(`/_sandbox/endpoints/${(body as { id: string }).id}/secret`)).body);
    }
    expect(secrets).toEqual([{ secret: bench.app.secret }, { secret: bench.app.secret }, { secret: own }]);
  });

  test('accept their events as one text, too', async () => {
    const { body } = await createBench().post('/_sandbox/endpoints', {
      url: TARGET,
      events: 'route.optimized,cluster.optimized.*',
    });
    expect(body).toMatchObject({ events: ['route.optimized', 'cluster.optimized.*'] });
  });

  test.each<[unknown, unknown]>([
    [{}, [{ loc: ['body', 'url'], msg: 'Field required', type: 'missing' }]],
    [[], [{ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'dict_type' }]],
    [
      { url: 1, events: [2], secret: 3 },
      [
        { loc: ['body', 'url'], msg: 'Input should be a valid string', type: 'string_type' },
        { loc: ['body', 'events', 0], msg: 'Input should be a valid string', type: 'string_type' },
        { loc: ['body', 'secret'], msg: 'Input should be a valid string', type: 'string_type' },
      ],
    ],
    [
      { url: TARGET, events: {} },
      [{ loc: ['body', 'events'], msg: 'Input should be a valid list', type: 'list_type' }],
    ],
    [
      { url: 'http://example.com/' },
      [
        {
          loc: ['body', 'url'],
          msg: 'Value error, the sandbox sends webhooks to this machine only, not to example.com',
          type: 'value_error',
        },
      ],
    ],
    [
      { url: TARGET, events: ['nothing'] },
      [{ loc: ['body', 'events'], msg: 'Value error, no event can match "nothing"', type: 'value_error' }],
    ],
    [
      { url: TARGET, secret: 'whsec_?' },
      [{ loc: ['body', 'secret'], msg: 'Value error, the webhook secret is malformed', type: 'value_error' }],
    ],
  ])('are refused as %j', async (body, detail) => {
    const bench = createBench();
    const answer = await bench.post('/_sandbox/endpoints', body);
    expect([answer.status, answer.body]).toEqual([422, { detail }]);
    expect((await bench.get('/_sandbox/endpoints')).body).toEqual([]);
  });

  test('with an unknown id are answered 404', async () => {
    const bench = createBench();
    const answers = [
      await bench.get('/_sandbox/endpoints/ep_none/secret'),
      await bench.post('/_sandbox/endpoints/ep_none/enable'),
      await bench.post('/_sandbox/endpoints/ep_none/recover', {}),
    ];
    for (const { status, body } of answers) expect([status, body]).toEqual([404, { detail: 'Endpoint not found' }]);
    const { body } = await bench.post('/_sandbox/endpoints', { url: TARGET });
    expect((await bench.post(`/_sandbox/endpoints/${(body as { id: string }).id}/explode`)).status).toBe(404);
  });

  test('recover what they missed since a time, and nothing older', async () => {
    let up = false;
    const receiver = createReceiver(async () => jsonResponse(up ? 200 : 500, {}));
    const bench = createBench({ latency: 0 }, receiver.http);
    const { id } = bench.app.addEndpoint(TARGET);
    for (let hour = 0; hour < 3; hour += 1) {
      await bench.submit('route', routeOf('A01'));
      await bench.clock.advance(60 * 60 * 1000);
    }
    up = true;
    const since = new Date(NOON + 30 * 60 * 1000).toISOString();
    expect((await bench.post(`/_sandbox/endpoints/${id}/recover`, { since })).body).toEqual({ id, since, messages: 2 });
    await bench.clock.advance(1);
    const statuses = async (): Promise<string[]> => {
      const messages = (await bench.get('/_sandbox/messages')).body as { deliveries: { status: string }[] }[];
      return messages.map(({ deliveries }) => deliveries.map(({ status }) => status).join());
    };
    expect(await statuses()).toEqual(['pending', 'succeeded', 'succeeded']);
    const all = await bench.post(`/_sandbox/endpoints/${id}/recover`);
    expect(all.body).toEqual({ id, since: '1970-01-01T00:00:00.000Z', messages: 1 });
    await bench.clock.advance(1);
    expect(await statuses()).toEqual(['succeeded', 'succeeded', 'succeeded']);

    for (const bad of ['yesterday', {}, 1e20, null]) {
      const { status, body } = await bench.post(`/_sandbox/endpoints/${id}/recover`, { since: bad });
      expect([bad, status]).toEqual([bad, 422]);
      expect(body).toMatchObject({ detail: [{ loc: ['body', 'since'], type: 'datetime_parsing' }] });
    }
  });
});

describe('messages', () => {
  test('are listed with their delivery to each endpoint, and every attempt', async () => {
    const receiver = createReceiver(async (_, number) => jsonResponse(number === 1 ? 500 : 200, { number }));
    const bench = createBench({ latency: 0 }, receiver.http);
    const { id: endpointId } = bench.app.addEndpoint(TARGET, { events: ['route.*'] });
    const routeId = await bench.submit('route', routeOf('A01'));
    await bench.clock.advance(0);
    const clusterId = await bench.submit('cluster', routeOf('A01'));
    await bench.clock.advance(0);

    const messages = (await bench.get('/_sandbox/messages')).body as { id: string; deliveries: object[] }[];
    const [first] = messages;
    const created = '2026-01-31T12:00:00.000Z';
    expect(messages).toEqual([
      {
        id: expect.stringMatching(/^msg_[A-Za-z0-9]{27}$/) as string,
        event_type: 'route.optimized',
        request_id: routeId,
        created_at: created,
        deliveries: [
          {
            endpoint_id: endpointId,
            url: TARGET,
            event_type: 'route.optimized',
            payload: { request_id: routeId },
            status: 'pending',
            attempts: 1,
            next_attempt_at: expect.stringMatching(/^2026-01-31T12:00:0[456]\.\d{3}Z$/) as string,
          },
        ],
      },
      {
        id: expect.any(String) as string,
        event_type: 'cluster.optimized',
        request_id: clusterId,
        created_at: created,
        deliveries: [],
      },
    ]);

    const resent = await bench.post(`/_sandbox/messages/${first?.id}/resend`);
    expect([resent.status, resent.body]).toEqual([202, { id: first?.id, deliveries: 1 }]);
    await bench.clock.advance(60_000);
    const attempt = {
      id: expect.stringMatching(/^atmpt_[A-Za-z0-9]{27}$/) as string,
      message_id: first?.id,
      endpoint_id: endpointId,
      url: TARGET,
      timestamp: created,
      duration_ms: 0,
    };
    expect((await bench.get(`/_sandbox/messages/${first?.id}/attempts`)).body).toEqual([
      {
        ...attempt,
        trigger: 'scheduled',
        status: 'failed',
        response_status: 500,
        response_body: '{"number":1}',
        error: 'HTTP 500',
      },
      {
        ...attempt,
        trigger: 'manual',
        status: 'succeeded',
        response_status: 200,
        response_body: '{"number":2}',
        error: null,
      },
    ]);
    // The schedule has ended with the success.
    expect(receiver.seen).toHaveLength(2);
    expect(receiver.seen[0]?.headers['svix-id']).toBe(receiver.seen[1]?.headers['svix-id']);
  });

  test('are resent to one endpoint only, when it is named, and without retries', async () => {
    const receiver = createReceiver(async (_, number) => jsonResponse(number <= 2 ? 200 : 500, {}));
    const bench = createBench({ latency: 0 }, receiver.http);
    bench.app.addEndpoint('http://127.0.0.1:1/a');
    const { id: second } = bench.app.addEndpoint('http://127.0.0.1:1/b');
    await bench.submit('route', routeOf('A01'));
    await bench.clock.advance(0);
    const [message] = (await bench.get('/_sandbox/messages')).body as { id: string }[];
    const resent = await bench.post(`/_sandbox/messages/${message?.id}/resend`, { endpoint: second });
    expect(resent.body).toEqual({ id: message?.id, deliveries: 1 });
    await bench.clock.advance(24 * 60 * 60 * 1000);
    expect(receiver.seen.map(({ url }) => url)).toEqual([
      'http://127.0.0.1:1/a',
      'http://127.0.0.1:1/b',
      'http://127.0.0.1:1/b',
    ]);
    const unknown = await bench.post(`/_sandbox/messages/${message?.id}/resend`, { endpoint: 'ep_none' });
    expect([unknown.status, unknown.body]).toEqual([404, { detail: 'The message was not for that endpoint' }]);
    const odd = await bench.post(`/_sandbox/messages/${message?.id}/resend`, { endpoint: 5 });
    expect(odd.status).toBe(422);
  });

  test('with an unknown id are answered 404', async () => {
    const bench = createBench();
    for (const answer of [
      await bench.get('/_sandbox/messages/msg_none/attempts'),
      await bench.post('/_sandbox/messages/msg_none/resend'),
    ]) {
      expect([answer.status, answer.body]).toEqual([404, { detail: 'Message not found' }]);
    }
  });
});
