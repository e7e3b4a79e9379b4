import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { createSecret, keyOf } from '../../../src/sandbox/webhooks/secret.ts';
import { signatureOf } from '../../../src/sandbox/webhooks/sign.ts';

interface Vector {
  readonly name: string;
  readonly secret: string;
  readonly id: string;
  readonly timestamp: number;
  readonly payload?: string;
  readonly payload_repeat?: { readonly char: string; readonly count: number };
  readonly signature: string;
}

const { official } = JSON.parse(readFileSync(new URL('../../fixtures/vectors.json', import.meta.url), 'utf8')) as {
  official: readonly Vector[];
};
const vectors = official.filter(
  ({ secret, signature, timestamp }) =>
    typeof secret === 'string' && /^v1,\S+$/.test(signature) && typeof timestamp === 'number',
);

function bodyOf({ payload, payload_repeat: repeat }: Vector): string {
  return repeat === undefined ? (payload ?? '') : repeat.char.repeat(repeat.count);
}

describe('a signature', () => {
  test('has published vectors to agree with', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(3);
  });

  test.each(vectors)('agrees with: $name', (vector) => {
    const signable = { id: vector.id, timestamp: vector.timestamp, body: bodyOf(vector) };
    expect(signatureOf(signable, [vector.secret])).toBe(vector.signature);
  });

  test('stands beside that of every other secret', () => {
    const signable = { id: 'msg_1', timestamp: 1, body: '{}' };
    const [one, two] = [signatureOf(signable, ['whsec_AAAA']), signatureOf(signable, ['whsec_BBBB'])];
    expect(signatureOf(signable, ['whsec_AAAA', 'whsec_BBBB'])).toBe(`${one} ${two}`);
  });
});

describe('a secret', () => {
  test('is made of 24 bytes', () => {
    const secret = createSecret((size) => new Uint8Array(size).fill(255));
    expect(secret).toBe(`whsec_${'/'.repeat(32)}`);
    expect(keyOf(secret)).toHaveLength(24);
  });

  test('may lack its prefix', () => {
    expect(keyOf('AQID')).toEqual(Buffer.from([1, 2, 3]));
  });

  test.each(['', 'whsec_', 'whsec_a b', 'whsk_AAAA', 'v1,whsec_AAAA', 'whsec_A-_A', 'whsec_===='])(
    '"%s" is malformed, and not repeated',
    (secret) => {
      expect(() => keyOf(secret)).toThrow(
        expect.objectContaining({
          failure: 'usage',
          code: 'bad_secret',
          message: 'the webhook secret is malformed',
        }) as Error,
      );
    },
  );
});
