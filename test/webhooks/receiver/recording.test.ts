import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { bodyOf, TransportError } from '../../../src/lib/net/http.ts';
import { createReceiver } from '../../../src/webhooks/receiver/receiver.ts';
import { recordFileName, renderRecord, type RecordedRequest } from '../../../src/webhooks/receiver/recording.ts';

const AT = Date.parse('2026-01-02T03:04:05.678Z');
const record: RecordedRequest = {
  method: 'POST',
  path: '/webhook',
  headers: { 'svix-id': 'msg_1', authorization: 'Bearer hush', cookie: 'a=hush', 'content-type': 'application/json' },
  body: Uint8Array.of(0x7b, 0x0d, 0x0a, 0xff, 0x7d),
  receivedAt: AT,
  status: 204,
};

describe('a record', () => {
  test('is the request, byte for byte, without what may be a credential', () => {
    expect(Buffer.from(renderRecord(record)).toString('latin1')).toBe(
      [
        'POST /webhook HTTP/1.1',
        'svix-id: msg_1',
        'content-type: application/json',
        'x-optipick-received-at: 2026-01-02T03:04:05.678Z',
        'x-optipick-status: 204',
        '',
        '{\r\nÿ}',
      ].join('\r\n'),
    );
  });

  test('says so when the body was refused unread', () => {
    const text = Buffer.from(renderRecord({ ...record, body: undefined })).toString();
    expect(text.split('\r\n').slice(-3)).toEqual(['x-optipick-body: not stored', '', '']);
  });

  test('has a name that sorts by arrival and cannot leave its folder', () => {
    expect(recordFileName(record, 12)).toBe('20260102T030405.678Z-000012-204-msg_1.http');
    const odd = { ...record, headers: { 'webhook-id': ['../../etc/passwd', 'x'] } };
    expect(recordFileName(odd, 1)).toBe('20260102T030405.678Z-000001-204-______etc_passwd.http');
    expect(recordFileName({ ...record, headers: {} }, 1)).toBe('20260102T030405.678Z-000001-204-unsigned.http');
  });
});

describe('recording', () => {
  /** A receiver that believes everybody, stores nothing, and records. */
  const createRecording = (write: (record: RecordedRequest) => Promise<string | undefined> = async () => undefined) => {
    const recorded: RecordedRequest[] = [];
    const receive = createReceiver({
      path: '/webhook',
      verifier: undefined,
      inbox: { accept: async () => 'new', counts: async () => ({ pending: 0, done: 0, failed: 0 }) },
      steps: [SHOW],
      clock: { now: () => AT },
      maxBodyBytes: 10,
      record(one) {
        recorded.push(one);
        return write(one);
      },
    });
    return { receive, recorded };
  };
  const post = { method: 'POST', url: '/webhook/route?token=hush', headers: { 'svix-id': 'msg_1' } };

  test('gets the body that was read, with the answer', async () => {
    const { receive, recorded } = createRecording();
    expect((await receive({ ...post, body: bodyOf('{}') })).status).toBe(204);
    expect(recorded).toEqual([
      {
        method: 'POST',
        path: '/webhook/route',
        headers: { 'svix-id': 'msg_1' },
        body: new TextEncoder().encode('{}'),
        receivedAt: AT,
        status: 204,
      },
    ]);
  });

  test.each([
    ['/webhook/route?token=hush', '/webhook/route'],
    ['/webhook/route#hush', '/webhook/route'],
    ['http://me:hush@localhost/webhook/route?token=hush', '/webhook/route'],
    ['*', '/'],
  ])('gets the path of %s alone, as the rest may be secret', async (url, path) => {
    const { receive, recorded } = createRecording();
    await receive({ ...post, url, body: bodyOf('{}') });
    expect(recorded).toMatchObject([{ path }]);
  });

  test('gets no body that is too large', async () => {
    const { receive, recorded } = createRecording();
    expect((await receive({ ...post, body: bodyOf('x'.repeat(11)) })).status).toBe(413);
    expect(recorded).toMatchObject([{ body: undefined, status: 413 }]);
  });

  test('passes on a sender that went away, and gets nothing of who only looks by', async () => {
    const { receive, recorded } = createRecording();
    async function* cut(): AsyncGenerator<Uint8Array, void> {
      yield* bodyOf('{');
      throw new TransportError('reset', 'gone', { sent: true });
    }
    await expect(receive({ ...post, body: cut() })).rejects.toThrow('gone');
    await receive({ ...post, method: 'GET' });
    expect(recorded).toEqual([]);
    // A delivery by another method is one that somebody wants to look into.
    expect((await receive({ ...post, method: 'PUT', body: bodyOf('{}') })).status).toBe(405);
    const [put] = recorded;
    expect([put?.method, Buffer.from(put?.body ?? []).toString()]).toEqual(['PUT', '{}']);
  });

  test('A3: holds back the answer until the record is written', async () => {
    const { promise: writing, resolve: written } = Promise.withResolvers<string>();
    const { receive, recorded } = createRecording(() => writing);
    let isAnswered = false;
    const answered = receive({ ...post, body: bodyOf('{}') }).then(() => (isAnswered = true));
    await expect.poll(() => recorded.length).toBe(1);
    await setImmediate();
    expect(isAnswered).toBe(false);
    written('a file');
    await answered;
  });
});
