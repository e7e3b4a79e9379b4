/** Exchanges drawn from a seed: what the server sends, and the outcome it must have, written without the client. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import { drawBody, type Body, type Random } from './answer-bodies.ts';

export interface Case {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly status: number;
  readonly body: Body;
  readonly coding: string;
  readonly framing: 'length' | 'chunked' | 'close' | 'none';
  /** The connection ends before the body does. */
  readonly isCut: boolean;
  readonly retryAfter: (typeof RETRY_AFTER)[number];
  readonly location: string | undefined;
  /** Bytes of the answer in the pieces in which they are written. */
  readonly pieces: readonly Uint8Array[];
  /** What the body says once its codings are undone; with `isCut`, the start of it that is not coded. */
  readonly visible: string;
}

const NOW = 'Thu, 01 Jan 2026 00:00:00 GMT';
/** The header lines, and the milliseconds that they ask for. */
const RETRY_AFTER = [
  { lines: [], ms: undefined },
  { lines: ['3'], ms: 3000 },
  { lines: ['1.5'], ms: 1500 },
  { lines: ['-4'], ms: undefined },
  { lines: ['soon'], ms: undefined },
  { lines: ['Thu, 01 Jan 2026 00:00:10 GMT'], ms: 10_000 },
  { lines: [NOW, '7'], ms: 7000 },
] as const;

const STATUSES = [
  ...Array.from({ length: 30 }, () => 200),
  201,
  202,
  202,
  204,
  206,
  301,
  302,
  303,
  307,
  308,
  400,
  400,
  401,
  401,
  402,
  403,
  403,
  404,
  404,
  404,
  408,
  409,
  413,
  418,
  422,
  422,
  422,
  425,
  429,
  500,
  502,
  503,
  503,
  504,
  511,
];

type Coder = (bytes: Uint8Array) => Uint8Array;
const CODERS: Readonly<Record<string, Coder>> = {
  gzip: gzipSync,
  'X-Gzip': gzipSync,
  deflate: deflateSync,
  Deflate: deflateRawSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  identity: (bytes) => bytes,
};
/** In the order in which they are applied; a bar parts the lines of the header. */
const CODINGS = ['', '', '', '', 'gzip', 'X-Gzip', 'deflate', 'Deflate', 'br', 'zstd', 'identity'];
const ODD_CODINGS = ['gzip, br', 'deflate|gzip', 'zstd|Deflate, gzip', 'gzip,gzip', 'lzma', 'gzip, compress'];

export const isUnknown = (coding: string): boolean => /lzma|compress/.test(coding);

export function drawCase(index: number, random: Random): Case {
  const id = `${random.one(['67507ad0', 'e93173d0'])}5e5931${index.toString(16).padStart(10, '0')}`;
  const method = random.chance(0.3) ? 'POST' : 'GET';
  const status = random.one(STATUSES);
  const body = drawBody(id, random);
  const drawn = random.chance(0.8) ? random.one(CODINGS) : random.one(ODD_CODINGS);
  // A page that cannot be read is none.
  const coding = body.job === 'page' && isUnknown(drawn) ? '' : drawn;
  const framing = status === 204 ? 'none' : random.one(['length', 'length', 'chunked', 'chunked', 'close'] as const);
  const retryAfter = random.chance(0.7) ? RETRY_AFTER[0] : random.one(RETRY_AFTER);
  const location = status >= 300 && status < 400 && random.chance(0.8) ? '/elsewhere' : undefined;

  const plain = Buffer.from(body.text);
  const content = coding === '' ? plain : coded(plain, coding);
  const isCut =
    (framing === 'length' || framing === 'chunked') && body.job !== 'page' && content.length > 1 && random.chance(0.05);
  const sent = isCut ? content.subarray(0, random.below(content.length)) : content;
  const head = [
    ...Array.from({ length: random.chance(0.1) ? 1 + random.below(2) : 0 }, () => interim(random)),
    `HTTP/1.1 ${status} ${random.one(['OK', '', 'Quite a reason'])}`,
    ...shuffled(
      [
        ...contentType(body, isCut || isUnknown(coding), random),
        ...(coding === '' ? [] : coding.split('|').map((line) => `${anyCase('content-encoding', random)}: ${line}`)),
        ...retryAfter.lines.map((line) => `${anyCase('retry-after', random)}: ${line}`),
        ...(location === undefined ? [] : [`location: ${location}`]),
        ...(random.chance(0.1)
          ? Array.from({ length: random.below(12) }, (_, at) => `set-cookie: c${at}=${'y'.repeat(1500)}`)
          : []),
        ...(framing === 'length' ? [`${anyCase('content-length', random)}: ${content.length}`] : []),
        ...(framing === 'chunked' ? ['transfer-encoding: chunked'] : []),
        ...(framing === 'close' ? ['connection: close'] : []),
      ],
      random,
    ),
    '',
    '',
  ].join('\r\n');
  const framed = framing === 'chunked' ? chunked(sent, isCut, random) : framing === 'none' ? Buffer.alloc(0) : sent;
  const pieces = inPieces(Buffer.concat([Buffer.from(head, 'latin1'), framed]), random);
  const visible = isCut ? (coding === '' || coding === 'identity' ? sent.toString('utf8') : '') : body.text;
  return { id, method, status, body, coding, framing, isCut, retryAfter, location, pieces, visible };
}

function coded(plain: Buffer, coding: string): Buffer {
  let bytes: Uint8Array = plain;
  for (const name of coding.split(/[|,]/)) bytes = CODERS[name.trim()]?.(bytes) ?? bytes;
  return Buffer.from(bytes);
}

function contentType({ job, text }: Body, isUnreadable: boolean, random: Random): readonly string[] {
  if (job === 'page') return random.one([['content-type: text/html; charset=utf-8'], ['Content-Type: text/plain'], []]);
  // JSON may be called what one likes; a word that is called a web page is one.
  const isJson = !isUnreadable && /^\ufeff?\s*[[{"]/.test(text);
  return random.one([
    ['content-type: application/json'],
    ['content-type: application/json; charset=utf-8'],
    [isJson ? 'content-type: text/html' : 'content-type: text/plain'],
    [],
  ]);
}

const interim = (random: Random): string =>
  random.one([
    'HTTP/1.1 100 Continue\r\n',
    'HTTP/1.1 100 Continue\r\nserver: x\r\n',
    'HTTP/1.1 102 Processing\r\n',
    'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n',
  ]);

const anyCase = (name: string, random: Random): string =>
  random.one([name, name.toUpperCase(), name.replaceAll(/\b\w/g, (letter) => letter.toUpperCase())]);

function shuffled(lines: string[], random: Random): string[] {
  // The order of equal names has a meaning, of others none.
  return random.chance(0.5)
    ? lines
    : lines.map((line) => line).sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
}

const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).toLowerCase();

function chunked(content: Buffer, isCut: boolean, random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length;) {
    const size = Math.min(content.length - at, 1 + random.below(random.one([3, 50, 5000, 200_000])));
    const extension = random.chance(0.1) ? ';name=value' : '';
    parts.push(
      Buffer.from(`${size.toString(16)}${extension}\r\n`),
      content.subarray(at, at + size),
      Buffer.from('\r\n'),
    );
    at += size;
    // So many tiny chunks are a test of patience only.
    if (parts.length > 300) {
      const rest = content.subarray(at);
      if (rest.length > 0) parts.push(Buffer.from(`${rest.length.toString(16)}\r\n`), rest, Buffer.from('\r\n'));
      break;
    }
  }
  if (!isCut) parts.push(Buffer.from(`0\r\n${random.chance(0.1) ? 'x-trailer: 1\r\n' : ''}\r\n`));
  return Buffer.concat(parts);
}

function inPieces(bytes: Buffer, random: Random): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let left = random.below(4); left > 0 && at < bytes.length; left -= 1) {
    const end = at + random.below(bytes.length - at + 1);
    if (end > at) pieces.push(bytes.subarray(at, end));
    at = end;
  }
  pieces.push(bytes.subarray(at));
  return pieces;
}
