/** W4: deliveries as gateways, frameworks and people write them down, all read as the one that was sent. */
import { describe, expect, test } from 'vitest';
import { parseRecordedDelivery, readDeliveries } from '../../../src/webhooks/receiver/read-deliveries.ts';

const BODY = '{"request_id":"67507ad05e593173d0313e0f","site":"Zürich"}';
const HEADERS = { 'svix-id': 'msg_1', 'svix-timestamp': '1764054000', 'svix-signature': 'v1,abc= v1,def=' };
const TITLES = { 'Svix-Id': 'msg_1', 'SVIX-TIMESTAMP': '1764054000', 'svix-signature': 'v1,abc= v1,def=' };
const LISTS = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]]));
const PAIRS = Object.entries(HEADERS).map(([name, value]) => ({ name, value }));
const BASE64 = Buffer.from(BODY).toString('base64');
const RECEIVED = 1_764_054_001_234;

const v2 = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/webhook/cluster',
  rawQueryString: 'a=b',
  headers: HEADERS,
  requestContext: { accountId: '1', http: { method: 'POST', path: '/webhook/cluster' }, timeEpoch: RECEIVED },
};
const v1 = {
  version: '1.0',
  resource: '/webhook',
  path: '/webhook/cluster',
  httpMethod: 'POST',
  headers: TITLES,
  multiValueHeaders: LISTS,
  requestContext: { requestTimeEpoch: RECEIVED },
};
const balancer = { requestContext: { elb: { targetGroupArn: 'x' } }, httpMethod: 'POST', path: '/webhook/cluster' };

const environment = (line: (name: string, value: string) => string): string =>
  [
    line('PATH', '/usr/bin'),
    line('REQUEST_METHOD', 'POST'),
    line('HTTP_SVIX_ID', 'msg_1'),
    line('HTTP_SVIX_TIMESTAMP', '1764054000'),
    line('HTTP_SVIX_SIGNATURE', 'v1,abc= v1,def='),
  ].join('\n');

describe('W4: a delivery is read', () => {
  test.each<[string, unknown, number | undefined]>([
    ['from an event of Lambda, payload version 2.0', { ...v2, body: BODY, isBase64Encoded: false }, RECEIVED],
    ['from one in base64', { ...v2, body: BASE64, isBase64Encoded: true }, RECEIVED],
    ['from an event of API Gateway, payload version 1.0', { ...v1, body: BODY }, RECEIVED],
    ['from one in base64, version 1.0', { ...v1, body: BASE64, isBase64Encoded: true }, RECEIVED],
    ['from an event of a load balancer', { ...balancer, headers: HEADERS, body: BODY }, undefined],
    ['from one with lists of headers', { ...balancer, multiValueHeaders: LISTS, body: BODY }, undefined],
    ['from an event inside of a log line', { level: 'info', event: { ...v2, body: BODY } }, RECEIVED],
    ['from headers and body', { headers: HEADERS, body: BODY }, undefined],
    ['from headers and body of .NET', { Headers: LISTS, Body: BODY }, undefined],
    ['from headers as pairs', { headers: Object.entries(HEADERS), body: BODY }, undefined],
    ['from headers as Node has them', { rawHeaders: Object.entries(TITLES).flat(), body: BODY }, undefined],
    [
      'from a body with its raw text',
      { headers: HEADERS, body: JSON.parse(BODY) as unknown, rawBody: BODY },
      undefined,
    ],
    ['from a Buffer of Node', { headers: HEADERS, body: Buffer.from(BODY) }, undefined],
    ['from a request inside of a dump', { request: { headers: HEADERS, body: BODY } }, undefined],
    ['from a list of one', [{ headers: HEADERS, body: BODY }], undefined],
    [
      'from an entry of a HAR file',
      { startedDateTime: new Date(RECEIVED).toISOString(), request: { headers: PAIRS, postData: { text: BODY } } },
      RECEIVED,
    ],
    ['from variables', `${environment((name, value) => `${name}=${value}`)}\n\n${BODY}`, undefined],
    [
      'from exported variables',
      `${environment((name, value) => `export ${name}='${value}'`)}\r\n\r\n${BODY}`,
      undefined,
    ],
    ['from print_r of PHP', `${environment((name, value) => `    [${name}] => ${value}`)}\n\n${BODY}`, undefined],
    ['from var_export of PHP', `${environment((name, value) => `  '${name}' => '${value}',`)}\n\n${BODY}`, undefined],
  ])('%s', (_, dump, receivedAt) => {
    const text = typeof dump === 'string' ? dump : JSON.stringify(dump, null, 1);
    const { headers, body, receivedAt: at, method } = parseRecordedDelivery(Buffer.from(text), 'd.json');
    expect({ headers, body: Buffer.from(body).toString(), at, method }).toEqual({
      headers: HEADERS,
      body: BODY,
      at: receivedAt,
      method: 'POST',
    });
  });

  test('with the path that it was sent to, without its query', () => {
    expect(parseRecordedDelivery(Buffer.from(JSON.stringify({ ...v2, body: BODY })), 'd').target).toBe(
      '/webhook/cluster',
    );
    const text = `${environment((name, value) => `${name}=${value}`)}\nREQUEST_URI=/a/route?x=1\nCONTENT_TYPE=text/json\n\n`;
    expect(parseRecordedDelivery(Buffer.from(text), 'd')).toMatchObject({
      target: '/a/route',
      headers: { 'content-type': 'text/json' },
      body: new Uint8Array(0),
    });
  });

  test('whose body was parsed, as compact JSON, and that is told', () => {
    const dump = JSON.stringify({ headers: HEADERS, body: JSON.parse(BODY) as unknown }, null, 2);
    const { body, bodyWasParsed } = parseRecordedDelivery(Buffer.from(dump), 'd');
    expect([Buffer.from(body).toString(), bodyWasParsed]).toEqual([BODY, true]);
  });

  test('of several in a file only when one of them has signature headers', () => {
    const one = { headers: HEADERS, body: BODY };
    const health = { headers: { accept: '*/*' }, body: null };
    const file = (...entries: readonly object[]): Uint8Array => Buffer.from(JSON.stringify(entries));
    expect(parseRecordedDelivery(file(health, one, health), 'd').headers).toEqual(HEADERS);
    expect(readDeliveries(file(health, one, one), 'd')).toHaveLength(3);
    expect(() => parseRecordedDelivery(file(health, one, one), 'd.json')).toThrow(
      expect.objectContaining({
        failure: 'usage',
        message: 'd.json holds 3 requests, 2 of them with signature headers',
        hint: 'write the delivery that is meant into a file of its own',
      }),
    );
  });

  test.each([
    ['{"request_id":"x"}', 'd is JSON and holds no request with its headers'],
    ['[]', 'd is JSON and holds no request with its headers'],
    ['"headers"', 'd is JSON and holds no request with its headers'],
    ['{"headers":{"svix-id":"msg_1"},"body":5}', 'the body of the request in d is no text'],
    ['hello', 'd is not a delivery: neither an HTTP request nor JSON with its headers'],
    [environment((name, value) => `${name}=${value}`), 'd holds the headers of a delivery and no body'],
  ])('%s is none', (text, message) => {
    expect(() => parseRecordedDelivery(Buffer.from(text), 'd')).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad_delivery', message }),
    );
  });
});
