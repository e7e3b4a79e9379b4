import { expect, test } from 'vitest';
import { HELP_TOPICS } from '../../../src/commands/shared/help-topics.ts';
import { SVIX_ADDRESSES } from '../../../src/webhooks/receiver/svix-addresses.ts';

test('the topic on webhooks names every address that --allow-from svix lets in', () => {
  const text = HELP_TOPICS.find(({ name }) => name === 'webhooks')?.text ?? '';
  const missing = Object.values(SVIX_ADDRESSES)
    .flat()
    .filter((address) => !text.includes(address));
  expect(missing).toEqual([]);
});
