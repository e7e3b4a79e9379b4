/**
 * Requests to a webhook receiver, drawn from a seed: a genuine delivery, written in one of the ways that HTTP allows, with
 * no, one or several mutations. Whether it is still genuine is judged from the result, by the vendor's library, and not
 * from the mutations.
 */
import { Webhook } from 'svix';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { OTHER_SECRET, SECRET } from './listener.ts';
import { written, type HeaderLine } from './wire.ts';

export interface GeneratedRequest {
  readonly bytes: Buffer;
  /** The id, when it is genuine and is to be accepted. */
  readonly genuineId: string | undefined;
  /** Whether it ends where it says: another one can be sent after its answer. */
  readonly isWhole: boolean;
  /** Its answer has no body. */
  readonly isHead: boolean;
  /** Names of what was changed. */
  readonly mutations: string;
}

export interface GeneratorOptions {
  readonly seed: number;
  /** Larger bodies are to be rejected. */
  readonly maxBodyBytes: number;
}

interface Plan {
  method: string;
  target: string;
  version: string;
  headers: HeaderLine[];
  body: Buffer;
  framing: Framing;
}

type Framing = 'length' | 'chunks' | 'none' | (typeof BROKEN_FRAMINGS)[number];

const BROKEN_FRAMINGS = [
  'short length',
  'long length',
  'two lengths',
  'length and chunks',
  'unknown coding',
  'bad chunk size',
  'cut chunks',
] as const;
const PARTS = ['id', 'timestamp', 'signature'] as const;
const TARGETS = [
  '/webhook',
  '/webhook/',
  '/webhook?a=b',
  '/webhook/route',
  '/webhook/cluster?x',
  'http://host/webhook',
];
const OTHER_TARGETS = ['/', '/webhooks', '/Webhook', '//webhook', '/webhook/other', '/%77ebhook', '*'];
const TYPES = ['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/cloudevents+json'];
const OTHER_TYPES = ['application/xml', 'text/html', 'application/x-www-form-urlencoded', 'multipart/form-data'];
const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const LATE_SECONDS = [-100_000, -3600, -301, 900, 3600, 1_000_000];

export function createRequestGenerator({ seed, maxBodyBytes }: GeneratorOptions): () => GeneratedRequest {
  const random = createRandom(seed);
  const below = (limit: number): number => random.below(limit);
  const chance = (share: number): boolean => random.next() < share;
  const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const letters = (count: number, from = 'abcdefghijklmnopqrstuvwxyz0123456789'): string =>
    Array.from({ length: count }, () => from.charAt(below(from.length))).join('');
  let number = 0;
  let earlier: Plan | undefined;

  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const signedHeaders = (id: string, seconds: number, body: Buffer, secret = SECRET): HeaderLine[] => [
    ['svix-id', id],
    ['svix-timestamp', String(seconds)],
    ['svix-signature', new Webhook(secret).sign(id, new Date(seconds * 1000), body.toString())],
  ];

  const createBody = (): Buffer => {
    const requestId = letters(24, '0123456789abcdef');
    const text = oneOf([
      () => `{"request_id":"${requestId}"}`,
      () => `{"type":"cluster.optimized","request_id":"${requestId}","more":"${letters(below(2000))}"}`,
      () => `{"request_id":"${requestId}","name":"L\u00F6wenstra\u00DFe \u{1F4E6}"}`,
      () => '',
      () => 'not JSON',
      () => `[${'['.repeat(below(500))}`,
    ])();
    return Buffer.from(text);
  };

  const createGenuine = (): Plan => {
    // Now and then the sender repeats itself.
    const isRepeated = earlier !== undefined && chance(0.05);
    const id = isRepeated ? partOf(earlier, 'id') : `msg_${seed}_${(number += 1)}`;
    const body = createBody();
    const headers: HeaderLine[] = [
      ['Host', 'localhost'],
      ['Content-Type', 'application/json'],
      ...signedHeaders(id, nowSeconds() - below(100), body),
    ];
    return { method: 'POST', target: '/webhook', version: 'HTTP/1.1', headers, body, framing: 'length' };
  };

  const mapPart = (plan: Plan, part: string, change: (value: string) => string): void => {
    plan.headers = plan.headers.map(([name, value]) => [name, isPart(name, part) ? change(value) : value]);
  };
  const resign = (plan: Plan, id: string, seconds: number, secret?: string): void => {
    const rest = plan.headers.filter(([name]) => !isSignatureHeader(name));
    plan.headers = [...rest, ...signedHeaders(id, seconds, plan.body, secret)];
  };
  const insert = (plan: Plan, line: HeaderLine): void =>
    void plan.headers.splice(below(plan.headers.length + 1), 0, line);
  const withFlippedBit = (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes);
    const at = below(copy.length);
    if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
    return copy;
  };

  /** Leave it genuine. */
  const rewrites: Readonly<Record<string, (plan: Plan) => void>> = {
    case: (plan) => {
      const change = oneOf([(name: string) => name.toUpperCase(), (name: string) => name.toLowerCase(), capitalised]);
      plan.headers = plan.headers.map(([name, value]) => [change(name), value]);
    },
    order: (plan) => void plan.headers.reverse(),
    blanks: (plan) => {
      plan.headers = plan.headers.map(([name, value]) => [
        name,
        `${oneOf(['', ' ', '\t '])}${value}${oneOf(['', ' ', '\t'])}`,
      ]);
    },
    'standard names': (plan) => {
      plan.headers = plan.headers.map(([name, value]) => [name.replace(/^svix-/i, 'webhook-'), value]);
    },
    'more headers': (plan) => {
      for (let count = below(20); count >= 0; count -= 1)
        insert(plan, [`x-${letters(1 + below(20))}`, letters(below(200))]);
    },
    'more signatures': (plan) => mapPart(plan, 'signature', (value) => `v1,${letters(43)}= ${value} v2,${letters(20)}`),
    'signature of another secret before it': (plan) => {
      const { id, timestamp } = { id: partOf(plan, 'id'), timestamp: Number(partOf(plan, 'timestamp')) };
      if (!Number.isSafeInteger(timestamp)) return;
      const other = new Webhook(OTHER_SECRET).sign(id, new Date(timestamp * 1000), plan.body.toString());
      mapPart(plan, 'signature', (value) => `${other} ${value}`);
    },
    chunks: (plan) => void (plan.framing = 'chunks'),
    target: (plan) => void (plan.target = oneOf(TARGETS)),
    type: (plan) => {
      plan.headers = plan.headers.map(([name, value]) => [name, /^content-type$/i.test(name) ? oneOf(TYPES) : value]);
    },
    'asks first': (plan) => insert(plan, ['Expect', '100-continue']),
    'ends the connection': (plan) => insert(plan, ['Connection', 'close']),
    'a second, forged set': (plan) => {
      if (plan.headers.some(([name]) => /^webhook-/i.test(name))) return;
      const forged = signedHeaders('msg_forged', nowSeconds(), plan.body, OTHER_SECRET);
      plan.headers.push(...forged.map(([name, value]): HeaderLine => [name.replace('svix-', 'webhook-'), value]));
    },
  };

  /** Turn most of them into forgeries, or malform them. */
  const mutations: Readonly<Record<string, (plan: Plan) => void>> = {
    'flipped bit of a part': (plan) =>
      mapPart(plan, oneOf(PARTS), (value) => withFlippedBit(Buffer.from(value, 'latin1')).toString('latin1')),
    'flipped bit of the body': (plan) => void (plan.body = withFlippedBit(plan.body)),
    'truncated body': (plan) => void (plan.body = plan.body.subarray(0, below(plan.body.length + 1))),
    'extended body': (plan) => {
      const more = plan.body.length === 0 ? '' : letters(1 + below(5));
      plan.body = Buffer.concat([plan.body, Buffer.from(more)]);
    },
    'large body': (plan) => {
      plan.body = Buffer.alloc(maxBodyBytes + 1 + below(1000), ' ');
      resign(plan, partOf(plan, 'id'), nowSeconds());
    },
    'part missing': (plan) => {
      const part = oneOf(PARTS);
      plan.headers = plan.headers.filter(([name]) => !isPart(name, part));
    },
    unsigned: (plan) => void (plan.headers = plan.headers.filter(([name]) => !isSignatureHeader(name))),
    'empty part': (plan) => mapPart(plan, oneOf(PARTS), () => oneOf(['', ' ', '\t'])),
    'part twice': (plan) => {
      const part = oneOf(PARTS);
      const twice = plan.headers.find(([name]) => isPart(name, part));
      if (twice !== undefined) insert(plan, twice);
    },
    'another secret': (plan) => resign(plan, partOf(plan, 'id'), nowSeconds(), OTHER_SECRET),
    'another time': (plan) => resign(plan, partOf(plan, 'id'), nowSeconds() + oneOf(LATE_SECONDS)),
    'another form of time': (plan) =>
      mapPart(plan, 'timestamp', (value) =>
        oneOf([
          `+${value}`,
          `-${value}`,
          `0${value}`,
          `${value}.0`,
          `${value}000`,
          `0x${value}`,
          `${value}e0`,
          'NaN',
          `${value},1`,
        ]),
      ),
    'another id': (plan) =>
      mapPart(plan, 'id', (value) =>
        oneOf([`${value}.1`, `${value} `, `${value}a`, `a ${value}`, `${value}, ${value}`, letters(300)]),
      ),
    'an id with a dot, signed': (plan) => resign(plan, `${partOf(plan, 'id')}.${below(10)}`, nowSeconds()),
    'another form of signature': (plan) =>
      mapPart(plan, 'signature', (value) => {
        const text = value.slice('v1,'.length);
        return oneOf([
          text,
          `v2,${text}`,
          `V1,${text}`,
          `v1a,${text}`,
          `v1,${text.slice(0, below(43))}`,
          `v1,${text.replaceAll('=', '')}`,
          `v1,${text}=`,
          `v1,\t${text}`,
          `v1:${text}`,
          'v1,',
          `v1,${Buffer.from(text, 'base64').toString('hex')}`,
        ]);
      }),
    'parts of an earlier one': (plan) => {
      const part = oneOf(PARTS);
      if (earlier !== undefined) mapPart(plan, part, () => partOf(earlier, part));
    },
    'control character': (plan) =>
      mapPart(plan, oneOf(PARTS), (value) => `${value.slice(0, 5)}${String.fromCodePoint(below(32))}${value.slice(5)}`),
    method: (plan) => void (plan.method = oneOf(METHODS)),
    'another target': (plan) => void (plan.target = oneOf(OTHER_TARGETS)),
    'another type': (plan) => {
      plan.headers = plan.headers.map(([name, value]) => [
        name,
        /^content-type$/i.test(name) ? oneOf(OTHER_TYPES) : value,
      ]);
    },
    framing: (plan) => void (plan.framing = oneOf(['none', ...BROKEN_FRAMINGS] as const)),
    version: (plan) => void (plan.version = oneOf(['HTTP/1.9', 'HTTP/1', 'http/1.1', 'HTTX/1.1', ''])),
    'large head': (plan) => insert(plan, ['x-large', letters(20_000)]),
  };

  const framed = ({ framing, headers, body, ...plan }: Plan): Buffer => {
    const line = `${plan.method} ${plan.target} ${plan.version}`;
    const length = (value: number | string): HeaderLine => ['Content-Length', String(value)];
    const chunked: HeaderLine = ['Transfer-Encoding', 'chunked'];
    const chunks = (): Buffer => {
      const parts: Buffer[] = [];
      for (let at = 0; at < body.length;) {
        const part = body.subarray(at, at + 1 + below(body.length));
        at += part.length;
        const extension = chance(0.1) ? `;${letters(5)}=${letters(5)}` : '';
        parts.push(Buffer.from(`${part.length.toString(16)}${extension}\r\n`), part, Buffer.from('\r\n'));
      }
      return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
    };
    const ways: Readonly<Record<Framing, () => readonly [HeaderLine[], Buffer]>> = {
      length: () => [[length(body.length)], body],
      chunks: () => [[chunked], chunks()],
      none: () => [[], body],
      // By more than a mutation can have added: the rest must not be what was signed.
      'short length': () => [[length(body.length < 30 ? body.length + 1 : body.length - 10 - below(20))], body],
      'long length': () => [[length(body.length + 1 + below(20))], body],
      'two lengths': () => [[length(body.length), length(below(body.length + 1))], body],
      'length and chunks': () => [[length(body.length), chunked], chance(0.5) ? body : chunks()],
      'unknown coding': () => [
        [['Transfer-Encoding', oneOf(['gzip', 'identity', 'xchunked', 'chunked, gzip'])]],
        chunks(),
      ],
      'bad chunk size': () => [
        [chunked],
        Buffer.concat([Buffer.from(oneOf(['z', '-1', '+2', '0x3', '1'.repeat(20)])), chunks()]),
      ],
      'cut chunks': () => [[chunked], chunks().subarray(0, -1 - below(5))],
    };
    const [lines, bytes] = ways[framing]();
    const at = below(headers.length + 1);
    return written({ line, headers: headers.toSpliced(at, 0, ...lines), body: bytes });
  };

  return () => {
    const plan = createGenuine();
    const done: string[] = [];
    const apply = (from: typeof mutations): void => {
      const name = oneOf(Object.keys(from));
      done.push(name);
      from[name]?.(plan);
    };
    for (let count = below(4); count > 0; count -= 1) apply(rewrites);
    for (let count = oneOf([0, 0, 1, 1, 1, 2]); count > 0; count -= 1) apply(mutations);
    const isNoisy = chance(0.07);
    // Noise may undo another mutation: it goes with a signature that it cannot repair.
    if (isNoisy) resign(plan, partOf(plan, 'id'), nowSeconds(), OTHER_SECRET);
    let bytes = framed(plan);
    for (let count = isNoisy ? 1 + below(5) : 0; count > 0; count -= 1) bytes = withFlippedBit(bytes);
    const genuineId = isGenuine(plan, maxBodyBytes) ? partOf(plan, 'id') : undefined;
    if (genuineId !== undefined) earlier = plan;
    const isWhole = isFramed(plan) && !isNoisy;
    if (isNoisy) done.push('noise');
    return { bytes, genuineId, isWhole, isHead: plan.method === 'HEAD', mutations: done.join(', ') };
  };
}

/** Signed by the secret and in time, under an id that no two readings have, whole, and sent to the right place. */
function isGenuine(plan: Plan, maxBodyBytes: number): boolean {
  const { method, target, version, headers, body } = plan;
  if (method !== 'POST' || !TARGETS.includes(target) || version !== 'HTTP/1.1' || !isFramed(plan)) return false;
  if (body.length > maxBodyBytes || headers.some(([, value]) => /[\0-\u0008\u000A-\u001F\u007F]/.test(value)))
    return false;
  if (headers.reduce((size, [name, value]) => size + name.length + value.length, 0) > 15_000) return false;
  const valuesOf = (name: string): readonly string[] =>
    headers
      .filter(([each]) => each.toLowerCase() === name)
      .map(([, value]) => value.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
      .filter((value) => value !== '');
  const found = PARTS.map((part) => {
    const own = valuesOf(`svix-${part}`);
    return own.length > 0 ? own : valuesOf(`webhook-${part}`);
  });
  const [[id = '', ...moreIds] = [], [timestamp = '', ...moreTimestamps] = [], signatures = []] = found;
  if (moreIds.length > 0 || moreTimestamps.length > 0) return false;
  // The library reads the number that a text starts with.
  if (!/^[!-~]{1,256}$/.test(id) || id.includes('.') || String(Number(timestamp)) !== timestamp) return false;
  if (valuesOf('content-type').some((type) => !TYPES.includes(type))) return false;
  try {
    const texts = { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signatures.join(' ') };
    new Webhook(SECRET).verify(body, texts);
    return true;
  } catch {
    return false;
  }
}

/** Whether it ends where it says. */
function isFramed({ framing, body }: Plan): boolean {
  return framing === 'length' || framing === 'chunks' || (framing === 'none' && body.length === 0);
}

function partOf(plan: Plan | undefined, part: string): string {
  const values = plan?.headers.filter(([name]) => isPart(name, part)) ?? [];
  const own = values.find(([name]) => /^svix-/i.test(name)) ?? values[0];
  return own?.[1].trim() ?? '';
}

/** In whichever case, of whichever set. */
function isPart(name: string, part: string): boolean {
  return [`svix-${part}`, `webhook-${part}`].includes(name.toLowerCase());
}

function isSignatureHeader(name: string): boolean {
  return /^(?:svix|webhook)-/i.test(name);
}

function capitalised(name: string): string {
  return name.replaceAll(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
}
