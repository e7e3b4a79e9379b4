import { describe, expect, test } from 'vitest';
import { createRedaction } from '../../src/settings/redaction.ts';
import { createTerminalRedaction } from '../../src/output/terminal/redaction.ts';

const KEY = 'Zk3+/9xQ~wB7_tHe-K3y';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const redact = createRedaction([KEY, SECRET]);
const bytes = Buffer.from(KEY);
const signingKey = Buffer.from(SECRET.slice(6), 'base64');

describe('A18: a redaction strikes out', () => {
  test.each([
    ['a whole key', `no such key: ${KEY}!`, 'no such key: ***!'],
    ['two keys', `${KEY}, ${SECRET}.`, '***, ***.'],
    ['two keys side by side as one run', `<${KEY}${KEY}>`, '<***>'],
    ['the first 8 characters', `${KEY.slice(0, 8)}…`, '***…'],
    ['the last 8 characters', `…${KEY.slice(-8)}`, '…***'],
    ['8 characters from the middle', `…${KEY.slice(5, 13)}…`, '…***…'],
    ['all but the ends', `${KEY.slice(1, -1)} `, '*** '],
    ['capitals', KEY.toUpperCase(), '***'],
    ['small letters', KEY.toLowerCase(), '***'],
    ['mixed letters beside others', `İ${KEY.slice(3, 15).toUpperCase()}İ`, 'İ***İ'],
    ['base64', `key=${bytes.toString('base64')}`.replace(/=+$/, ''), /^key=\*\*\*.?$/],
    ['base64 for URLs', bytes.toString('base64url'), /^\*\*\*.?$/],
    ['base64 in capitals', bytes.toString('base64').toUpperCase(), /^\*\*\*.?=*$/],
    ['hex', bytes.toString('hex'), '***'],
    ['hex in capitals', bytes.toString('hex').toUpperCase(), '***'],
    ['percent encoding', encodeURIComponent(KEY), '***'],
    ['percent encoding of every byte', bytes.toString('hex').replaceAll(/../g, '%$&'), '***'],
    ['the bytes of a webhook secret in hex', signingKey.toString('hex'), '***'],
    ['the bytes of a webhook secret in base64 for URLs', signingKey.toString('base64url'), '***'],
    ['a webhook secret without its prefix', SECRET.slice(6), '***'],
  ])('%s', (_what, text, expected) => {
    const struck = redact(text);
    if (typeof expected === 'string') expect(struck).toBe(expected);
    else expect(struck).toMatch(expected);
  });

  test.each([0, 1, 2, 3, 4, 5])('base64 of a longer text in which the key begins at byte %i', (before) => {
    const text = Buffer.concat([Buffer.from('user:').subarray(0, before), bytes, Buffer.from(' and more')]);
    for (const alphabet of ['base64', 'base64url'] as const) {
      const struck = redact(text.toString(alphabet));
      expect(struck).toContain('***');
      // A digit at each edge belongs in part to what stands beside the key.
      const left = struck.split('***');
      expect(left).toHaveLength(2);
      const told = left.map((part) => Buffer.from(part, alphabet).toString('latin1')).join('');
      for (let at = 0; at + 3 <= KEY.length; at += 1) expect(told).not.toContain(KEY.slice(at, at + 3));
    }
  });

  test('every run of 8 characters of it, wherever it stands, and none of 7', () => {
    for (let at = 0; at + 8 <= KEY.length; at += 1) {
      expect(redact(`a ${KEY.slice(at, at + 8)} b`)).toBe('a *** b');
      expect(redact(`a ${KEY.slice(at, at + 7)} b`)).toBe(`a ${KEY.slice(at, at + 7)} b`);
    }
  });

  test('nothing of any other text', () => {
    for (const text of ['', 'Location not found: Z99', 'whsec_', '67507ad05e593173d0313e0f', '%20%C3%A9', 'İstanbul']) {
      expect(redact(text)).toBe(text);
    }
    expect(createRedaction(['', ''])('any text')).toBe('any text');
  });

  test('a short key as a whole', () => {
    const short = createRedaction(['k3y']);
    expect([short('the K3Y is k3y'), short('k3 y')]).toEqual(['the *** is ***', 'k3 y']);
  });

  test('a key that vanishing characters part, when they will vanish', () => {
    const parted = KEY.replaceAll(/./g, '$&\u200b');
    const colored = KEY.replaceAll(/./g, '$&\u001b[0m');
    expect(redact(parted)).toBe(parted);
    const shown = createTerminalRedaction([KEY]);
    expect([shown(`a ${parted}\tb`), shown(colored), shown('caf\u200bé')]).toEqual(['a ***\tb', '***', 'caf\u200bé']);
  });
});

test('A18: the time of a redaction grows with the text alone', () => {
  // Nearly pieces of the key, over and over: a search that begins anew at each would never come to an end.
  const nearly = KEY.slice(0, 7);
  for (const part of [nearly, `${nearly} `, KEY[0] ?? '', KEY, '\u200b', 'x']) {
    const text = part.repeat(Math.ceil((8 * 1024 * 1024) / part.length));
    expect(redact(text).length).toBeLessThanOrEqual(text.length);
  }
});
