/** Bodies in every coding, and in those that nobody understands, from a server that only writes bytes. */
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';

import { createApiClient } from '../../../src/api/client.ts';
import { readText, TransportError } from '../../../src/lib/net/http.ts';
import { createHttp } from '../../../src/platform/http/http.ts';
import { failureOf, TEST_KEY } from '../../support/api-client.ts';
import { createInstantClock } from '../../support/instant-clock.ts';
import { headOf, startRawServer, type RawAnswer, type RawServer } from '../../support/raw-server.ts';

const TEXT = 'a picked order '.repeat(10_000);
const ID = '67507ad05e593173d0313e0f';
const BODY = Buffer.from('{"site_name":"Example","picks":[]}');

const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(answer: RawAnswer): Promise<RawServer> {
  const server = await startRawServer(answer);
  servers.push(server);
  return server;
}

const coded = (body: Uint8Array, ...headers: readonly string[]): Uint8Array =>
  Buffer.concat([Buffer.from(headOf('200 OK', ...headers, `content-length: ${body.byteLength}`)), body]);

async function textOf(answer: RawAnswer): Promise<string> {
  const { url } = await serve(answer);
  return readText((await createHttp({})({ method: 'GET', url, headers: {} })).body);
}

async function troubleOf(answer: RawAnswer): Promise<TransportError> {
  const error: unknown = await textOf(answer).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TransportError) return error;
  throw new Error(`expected a TransportError, got ${String(error)}`);
}

describe('N2: a body', () => {
  test.each([
    ['gzip', ['content-encoding: gzip'], gzipSync(TEXT)],
    ['x-gzip in capitals', ['Content-Encoding: X-GZIP'], gzipSync(TEXT)],
    ['gzip of several members', ['content-encoding: gzip'], Buffer.concat([gzipSync(TEXT), gzipSync('x')])],
    ['deflate with the header of zlib', ['content-encoding: deflate'], deflateSync(TEXT)],
    ['deflate without it', ['content-encoding: deflate'], deflateRawSync(TEXT)],
    ['deflate without it, stored', ['content-encoding: deflate'], deflateRawSync(TEXT, { level: 0 })],
    ['br', ['content-encoding: br'], brotliCompressSync(TEXT)],
    ['zstd', ['content-encoding: zstd'], zstdCompressSync(TEXT)],
    ['two codings in one line', ['content-encoding: deflate, gzip'], gzipSync(deflateSync(TEXT))],
    [
      'two codings in two lines',
      ['content-encoding: br', 'content-encoding: gzip'],
      gzipSync(brotliCompressSync(TEXT)),
    ],
    ['gzip twice', ['content-encoding: gzip,gzip'], gzipSync(gzipSync(TEXT))],
    [
      'four codings',
      ['content-encoding: zstd, deflate, gzip, br'],
      brotliCompressSync(gzipSync(deflateRawSync(zstdCompressSync(TEXT)))),
    ],
    ['identity beside gzip', ['content-encoding: identity, gzip,'], gzipSync(TEXT)],
    ['no coding', [], Buffer.from(TEXT)],
    ['identity', ['content-encoding: identity'], Buffer.from(TEXT)],
    ['a character set in its place', ['content-encoding: UTF-8'], Buffer.from(TEXT)],
  ])('in %s is read', async (_coding, headers, body) => {
    const text = await textOf(coded(body, ...headers));
    expect([text.startsWith(TEXT), text.length - TEXT.length <= 1]).toEqual([true, true]);
  });

  test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, br'])(
    'without a byte has no coding, though it says %s',
    async (coding) => {
      expect(await textOf(coded(new Uint8Array(0), `content-encoding: ${coding}`))).toBe('');
      expect(
        await textOf(`${headOf('200 OK', `content-encoding: ${coding}`, 'transfer-encoding: chunked')}0\r\n\r\n`),
      ).toBe('');
    },
  );

  test('that comes byte by byte in two codings is read', async () => {
    const bytes = coded(gzipSync(deflateRawSync('{"a":1}')), 'content-encoding: deflate, gzip');
    const text = await textOf((socket) => {
      socket.setNoDelay(true);
      const next = (at: number): void => {
        if (at === bytes.length) socket.end();
        else socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      next(0);
    });
    expect(text).toBe('{"a":1}');
  });

  test.each([
    ['gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
  ])('in %s that is cut or wrong is damaged', async (coding, body) => {
    const message = `the answer is damaged: ${coding} cannot be decompressed`;
    if (coding !== 'zstd' || seesCutZstd()) {
      const cut = await troubleOf(coded(body.subarray(0, body.length - 12), `content-encoding: ${coding}`));
      expect({ kind: cut.kind, message: cut.message }).toEqual({ kind: 'other', message });
    }
    const wrong = await troubleOf(coded(Buffer.from('not compressed at all'), `content-encoding: ${coding}`));
    expect(wrong.message).toBe(message);
  });

  test('that breaks off with its connection is no damage', async () => {
    const body = gzipSync(TEXT);
    const head = headOf('200 OK', 'content-encoding: gzip', `content-length: ${body.length + 1}`);
    const trouble = await troubleOf(Buffer.concat([Buffer.from(head), body.subarray(0, 50)]));
    expect([trouble.kind, trouble.sent]).toEqual(['reset', true]);
  });

  test('that stalls can be left in the middle, and its connection is closed', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { url } = await serve((socket) => {
      socket.on('close', () => resolve());
      const body = gzipSync(gzipSync(TEXT + String(Array.from({ length: 50_000 }, (_, n) => n * n)), { level: 0 }));
      socket.write(headOf('200 OK', 'content-encoding: gzip, gzip', `content-length: ${body.length}`));
      socket.write(body.subarray(0, body.length - 10));
    });
    const response = await createHttp({})({ method: 'GET', url, headers: {} });
    for await (const chunk of response.body ?? []) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    await closed;
  });
});

describe('N2: an answer of the API in a coding that is not known', () => {
  const script = (status: string, coding: string): string =>
    `${headOf(status, `content-encoding: ${coding}`, 'content-length: 5')}xxxxx`;

  const client = ({ url }: RawServer): ReturnType<typeof createApiClient> =>
    createApiClient({
      http: createHttp({}),
      baseUrl: url,
      apiKey: TEST_KEY,
      clock: createInstantClock(),
      random: () => 1,
    });

  test.each([
    ['lzma', 'the answer has the content coding "lzma", which is not supported'],
    ['gzip, compress', 'the answer has the content coding "compress", which is not supported'],
    ['constructor', 'the answer has the content coding "constructor", which is not supported'],
    ['gzip,gzip,gzip,gzip,gzip', 'the answer has 5 content codings on top of each other'],
  ])('%s is named, and not asked for again', async (coding, message) => {
    const server = await serve(script('200 OK', coding));
    expect(await failureOf(client(server).getAnswer('route', ID))).toMatchObject({
      failure: 'unavailable',
      code: 'unknown_coding',
      message,
      retryable: false,
      requestId: ID,
    });
    expect(server.heads).toHaveLength(1);
  });

  test('is a POST that may have been accepted', async () => {
    const server = await serve(script('200 OK', 'lzma'));
    expect(await failureOf(client(server).submit('route', BODY))).toMatchObject({
      code: 'may_have_been_accepted',
      message: 'the answer has the content coding "lzma", which is not supported; the request may have been accepted',
    });
  });

  test.each([
    ['401 No', 'key_rejected'],
    ['400 No', 'bad_request'],
  ])('still has its status: %s', async (status, code) => {
    const server = await serve(script(status, 'lzma'));
    expect(await failureOf(client(server).submit('route', BODY))).toMatchObject({ code });
    expect(await failureOf(client(server).getAnswer('route', ID))).toMatchObject({ code });
  });

  test('stays good: gzip that nobody asked for is read', async () => {
    const body = gzipSync(`{"request_id":"${ID}"}`);
    const server = await serve(coded(body, 'content-encoding: gzip'));
    expect(await client(server).submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    const plain = await createHttp({})({ method: 'GET', url: server.url, headers: { 'accept-encoding': 'identity' } });
    expect(await readText(plain.body)).toBe(`{"request_id":"${ID}"}`);
    expect(server.heads[1]).toMatch(/accept-encoding: identity/i);
  });
});

/** Node 22.19 takes the start of a frame for all of it; what comes of that is no whole JSON, which the client reports. */
function seesCutZstd(): boolean {
  try {
    zstdDecompressSync(zstdCompressSync(TEXT).subarray(0, -12));
    return false;
  } catch {
    return true;
  }
}
