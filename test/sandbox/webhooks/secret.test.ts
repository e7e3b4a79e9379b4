import { describe, expect, test } from 'vitest';

import { parseEndpointSecret } from '../../../src/sandbox/webhooks/secret.ts';
import { createWebhookSecret } from '../../../src/settings/secret.ts';

describe("an endpoint's secret", () => {
  test('is created from 24 bytes', () => {
    const secret = createWebhookSecret((size) => new Uint8Array(size).fill(255));
    expect(secret).toBe(`whsec_${'/'.repeat(32)}`);
    expect(parseEndpointSecret(secret)).toMatchObject({ scheme: 'v1', key: { length: 24 } });
  });

  test('may lack its prefix', () => {
    expect(parseEndpointSecret('AQID')).toEqual({ scheme: 'v1', key: new Uint8Array([1, 2, 3]) });
  });

  test.each(['', 'whsec_', 'whsec_a b', 'whsk_AAAA', 'v1,whsec_AAAA', 'whsec_A-_A', 'whsec_====', 'whsec_AAAAA'])(
    '"%s" is malformed, and the message does not repeat it',
    (secret) => {
      expect(() => parseEndpointSecret(secret)).toThrow(
        expect.objectContaining({
          failure: 'usage',
          code: 'bad_secret',
          message: 'the webhook secret is malformed',
        }) as Error,
      );
    },
  );
});
