import { expect, test } from 'vitest';
import { SVIX_ADDRESSES } from '../../../src/webhooks/receiver/svix-addresses.ts';
import { run } from '../../support/run.ts';

test('the topic on webhooks names every address that --allow-from svix lets in', async () => {
  const { stdout: text } = await run(['help', 'webhooks']);
  const missing = Object.values(SVIX_ADDRESSES)
    .flat()
    .filter((address) => !text.includes(address));
  expect(missing).toEqual([]);
});
