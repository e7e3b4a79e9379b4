import { describe, expect, test } from 'vitest';
import { createTicketRedaction } from '../../../src/commands/doctor/redact.ts';

describe('the redaction for tickets', () => {
  const redact = createTicketRedaction({ home: '/home/pick.er', secrets: ['key-0123', '', 'abc'] });

  test.each([
    ['/home/pick.er/x and "/home/pick.er"', '~/x and "~"'],
    ['/home/pick.erz, /home/pickxer/x', '/home/pick.erz, /home/pickxer/x'],
    ['the key key-0123 of abc', 'the key **** of abc'],
    ['http://me:pw@proxy:3128 fails', 'http://***@proxy:3128 fails'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test('keeps every path when the home folder is not known', () => {
    expect(createTicketRedaction({ home: '', secrets: [] })('/home/x')).toBe('/home/x');
  });
});
