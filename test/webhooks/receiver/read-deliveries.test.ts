import { describe, expect, test } from 'vitest';
import { looksLikeRequest, parseRecordedDelivery } from '../../../src/webhooks/receiver/read-deliveries.ts';
import { renderRecord, type RecordedRequest } from '../../../src/webhooks/receiver/recording.ts';

const record: RecordedRequest = {
  method: 'POST',
  path: '/webhook/cluster',
  headers: {
    'svix-id': 'msg_1',
    'svix-timestamp': '1764054000',
    'svix-signature': ['v1,a', 'v1,b'],
    'user-agent': 'Svix-Webhooks/1.100 \u00e9',
    authorization: 'Basic c2VjcmV0',
  },
  body: Buffer.from([0x7b, 0x0d, 0x0a, 0x0d, 0x0a, 0xff, 0x00, 0x7d]),
  receivedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  status: 401,
};

describe('a recorded delivery', () => {
  test('comes back as it was, byte for byte', () => {
    expect(parseRecordedDelivery(renderRecord(record), 'r.http')).toEqual({
      method: 'POST',
      target: '/webhook/cluster',
      headers: {
        'svix-id': 'msg_1',
        'svix-timestamp': '1764054000',
        'svix-signature': ['v1,a', 'v1,b'],
        'user-agent': 'Svix-Webhooks/1.100 \u00e9',
      },
      body: new Uint8Array(record.body ?? []),
      receivedAt: record.receivedAt,
      status: 401,
      bodyKept: true,
    });
  });

  test('without a body says that there was none', () => {
    const read = parseRecordedDelivery(renderRecord({ ...record, body: undefined }), 'r.http');
    expect(read).toMatchObject({ bodyKept: false, body: new Uint8Array(0) });
  });
});

describe('a pasted request', () => {
  test.each<[string, string | Uint8Array]>([
    ['with LF', 'POST /hook HTTP/1.1\nSvix-Id: msg_1\n\n{"a":1}\n'],
    ['with CRLF', 'POST /hook HTTP/1.1\r\nSvix-Id: msg_1\r\n\r\n{"a":1}\n'],
    ['as curl -v shows it', '> POST /hook HTTP/1.1\n> Svix-Id: msg_1\n>\n{"a":1}\n'],
    ['without its first line', 'Svix-Id: msg_1\n\n{"a":1}\n'],
    ['behind empty lines', '\r\n\nPOST /hook HTTP/1.1\nSvix-Id: msg_1\n\n{"a":1}\n'],
    ['behind a byte order mark', '\ufeffPOST /hook HTTP/1.1\nSvix-Id: msg_1\n\n{"a":1}\n'],
    ['of HTTP/2', ':method: POST\n:path: /hook\nSvix-Id: msg_1\n\n{"a":1}\n'],
    ['with a folded header', 'POST /hook HTTP/1.1\nSvix-Id:\n  msg_1\n\n{"a":1}\n'],
    ['in UTF-16', Buffer.from('\ufeffPOST /hook HTTP/1.1\r\nSvix-Id: msg_1\r\n\r\n{"a":1}\n', 'utf16le')],
  ])('%s', (_, text) => {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    expect(looksLikeRequest(bytes)).toBe(true);
    const { headers, body, receivedAt } = parseRecordedDelivery(bytes, 'p.txt');
    expect({ headers, body: Buffer.from(body).toString(), receivedAt }).toEqual({
      headers: { 'svix-id': 'msg_1' },
      body: '{"a":1}\n',
      receivedAt: undefined,
    });
  });

  test('that is none is told by the line', () => {
    const bytes = Buffer.from('POST /hook HTTP/1.1\nsvix-id: msg_1\nwhat is this\n\n{}');
    expect(() => parseRecordedDelivery(bytes, 'p.txt')).toThrow(
      expect.objectContaining({
        failure: 'usage',
        message: 'p.txt is not a recorded delivery: line 3 is no header: expected "name: value"',
      }),
    );
    expect(() => parseRecordedDelivery(Buffer.from('\n\n'), 'p.txt')).toThrow(/neither an HTTP request nor JSON/);
  });

  test.each(['{"log":{"entries":[]}}', '{"a": 1}', '[]', ''])('%s is not taken for one', (text) => {
    expect(looksLikeRequest(Buffer.from(text))).toBe(false);
  });
});
