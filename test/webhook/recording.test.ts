import { describe, expect, test } from 'vitest';
import { bodyOf, readBytes, TransportError, type Http } from '../../src/domain/http.ts';
import { recordFileName, renderRecord, withRecording, type RecordedRequest } from '../../src/webhook/recording.ts';

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
    expect(text.split('\r\n').slice(-3)).toEqual(['x-optipick-body: not kept', '', '']);
  });

  test('has a name that sorts by arrival and cannot leave its folder', () => {
    expect(recordFileName(record, 12)).toBe('20260102T030405.678Z-000012-204-msg_1.http');
    const odd = { ...record, headers: { 'webhook-id': ['../../etc/passwd', 'x'] } };
    expect(recordFileName(odd, 1)).toBe('20260102T030405.678Z-000001-204-______etc_passwd.http');
    expect(recordFileName({ ...record, headers: {} }, 1)).toBe('20260102T030405.678Z-000001-204-unsigned.http');
  });
});

describe('recording', () => {
  /** Answers 204 when it could read the body, else 413. */
  const app: Http = async ({ body }) => {
    try {
      await readBytes(body, 10);
      return { status: 204, headers: {}, body: null };
    } catch {
      return { status: 413, headers: {}, body: null };
    }
  };
  const kept: RecordedRequest[] = [];
  const recording = withRecording(app, { now: () => AT, maxBodyBytes: 10, keep: (one) => kept.push(one) });
  const post = { method: 'POST', url: '/webhook/route?token=hush', headers: { 'svix-id': 'msg_1' } };

  test('hands on the body that it read, and keeps it with the answer', async () => {
    expect((await recording({ ...post, body: bodyOf('{}') })).status).toBe(204);
    expect(kept.splice(0)).toEqual([
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

  test('keeps no body that is too large', async () => {
    expect((await recording({ ...post, body: bodyOf('x'.repeat(11)) })).status).toBe(413);
    expect(kept.splice(0)).toMatchObject([{ body: undefined, status: 413 }]);
  });

  test('passes on a sender that went away, and keeps nothing of who only looks by', async () => {
    async function* cut(): AsyncGenerator<Uint8Array, void> {
      yield* bodyOf('{');
      throw new TransportError('reset', 'gone', { sent: true });
    }
    await expect(recording({ ...post, body: cut() })).rejects.toThrow('gone');
    await recording({ ...post, method: 'GET' });
    expect(kept).toEqual([]);
    // A delivery by another method is one that somebody wants to look into.
    await recording({ ...post, method: 'PUT', body: bodyOf('{}') });
    const [put] = kept.splice(0);
    expect([put?.method, Buffer.from(put?.body ?? []).toString()]).toEqual(['PUT', '{}']);
  });
});
