/** What `verify` shows, whole, on a wide, a classic and a narrow terminal; each line fits. */
import { createHmac } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { Webhook } from 'svix';
import { beforeEach, expect, test, vi } from 'vitest';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { run } from '../../support/run.ts';
import { expectScreen, WIDTHS } from '../../support/screens.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
const SENT = 1_764_054_000;
const BODY = '{"request_id":"67507ad05e593173d0313e0f","site":"Zürich/Nord","distance":139.50}';
const VALUE = JSON.parse(BODY) as Record<string, unknown>;
const COMPACT = JSON.stringify(VALUE);

interface Case {
  readonly signed?: string;
  readonly received?: string | Uint8Array;
  readonly secret?: string;
  readonly headers?: (headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  readonly at?: number;
  readonly flags?: readonly string[];
}

const sign = (body: string): string => new Webhook(SECRET).sign(ID, new Date(SENT * 1000), body);

const CASES: Readonly<Record<string, Case>> = {
  verifies: {},
  indented: { received: JSON.stringify(VALUE, null, 2) },
  'framework-express': {
    received: JSON.stringify(VALUE, null, 2),
    flags: ['delivery.http', '--framework', 'express'],
  },
  'framework-not-the-cure': { at: SENT + 3700, flags: ['delivery.http', '--framework', 'all'] },
  'framework-unknown': { flags: ['delivery.http', '--framework', 'fastpi'] },
  'written-by-python': { received: COMPACT.replaceAll(/[:,](?=["\d])/g, '$& ').replaceAll('ü', '\\u00fc') },
  sorted: { received: JSON.stringify({ distance: 139.5, request_id: VALUE['request_id'], site: VALUE['site'] }) },
  escaped: { received: COMPACT.replace('ü', '\\u00fc').replaceAll('/', '\\/') },
  numbers: { signed: BODY, received: COMPACT },
  newline: { received: `${COMPACT}\n` },
  space: { received: `${COMPACT} ` },
  'byte-order-mark': { received: `\uFEFF${COMPACT}` },
  'latin-1': { received: Buffer.from(COMPACT, 'latin1') },
  crlf: { signed: JSON.stringify(VALUE, null, 2), received: JSON.stringify(VALUE, null, 2).replaceAll('\n', '\r\n') },
  decomposed: { received: COMPACT.normalize('NFD') },
  base64: { received: Buffer.from(COMPACT).toString('base64') },
  eventbridge: { received: JSON.stringify({ 'detail-type': 'cluster.optimized', detail: VALUE }) },
  'cut-off': { received: COMPACT.slice(0, 40) },
  'not-json': { received: 'hello world' },
  empty: { received: '' },
  unknown: { received: COMPACT.replace('139', '138') },
  old: { at: SENT + 3700 },
  'secret-of-a-profile': { secret: OTHER },
  'secret-in-quotes': { secret: `"${SECRET}"` },
  'secret-incomplete': { secret: SECRET.slice(0, -1) },
  'secret-as-text': {
    headers: (headers) => ({
      ...headers,
      'svix-signature': `v1,${createHmac('sha256', SECRET).update(`${ID}.${SENT}.${COMPACT}`).digest('base64')}`,
    }),
  },
  'headers-renamed': {
    headers: (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-${name}`, value])),
  },
  'header-missing': { headers: (headers) => ({ ...headers, 'svix-signature': '' }) },
  'key-pair': { headers: (headers) => ({ ...headers, 'svix-signature': 'v1a,AAAA' }) },
  'flags-missing': { flags: ['--payload', '-', '--id', ID] },
};

beforeEach(() => {
  vi.stubEnv('TZ', 'UTC');
  return () => vi.unstubAllEnvs();
});

test.each(Object.entries(CASES))('%s', async (name, { signed = COMPACT, received = signed, ...rest }) => {
  const { secret = SECRET, headers = (same) => same, at = SENT, flags = ['delivery.http'] } = rest;
  const named = headers({ 'svix-id': ID, 'svix-timestamp': String(SENT), 'svix-signature': sign(signed) });
  const lines = Object.entries(named).map(([header, value]) => `${header}: ${value}\r\n`);
  const body = Buffer.from(received as string);
  const request = `POST /hooks HTTP/1.1\r\ncontent-length: ${body.byteLength}\r\n${lines.join('')}\r\n`;
  const screens: string[] = [];
  for (const columns of WIDTHS) {
    const { code, stdout, stderr } = await run(['verify', ...flags], {
      files: { '/waves/delivery.http': Buffer.concat([Buffer.from(request), body]) },
      env: { OPTIPICK_WEBHOOK_SECRET: secret },
      profiles: secret === OTHER ? { staging: { 'webhook-secret': SECRET } } : {},
      clock: createFakeClock({ start: at * 1000 }),
      terminal: { stdout: true, stderr: true },
      columns,
    });
    const screen = stripVTControlCharacters(stdout + stderr);
    expect(screen.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([]);
    screens.push(`=== ${columns} columns, exit ${code}\n${screen}`);
  }
  await expectScreen(`verify/${name}`, screens.join('\n'));
});
