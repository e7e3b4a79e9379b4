import { describe, expect, test } from 'vitest';
import { maskUrl, maskUrlsIn } from '../../../src/lib/net/url-secrets.ts';

describe('A14: a URL as it may be shown', () => {
  test.each([
    ['https://example.com', 'https://example.com'],
    ['http://127.0.0.1:3000/hooks/', 'http://127.0.0.1:3000/hooks/'],
    ['http://h/?token=X', 'http://h/?token=***'],
    ['http://h/a?one=1&two=2;three&four=&five=true', 'http://h/a?one=***&two=***;***&four=&five=true'],
    ['http://h/?SECRET', 'http://h/?***'],
    ['http://h/?a=b=SECRET', 'http://h/?a=***'],
    ['http://h/#SECRET', 'http://h/#***'],
    ['http://h/?#', 'http://h/?'],
    ['https://user:SECRET@h/x', 'https://***@h/x'],
    ['https://SECRET@h/x', 'https://***@h/x'],
    ['https://user:SEC@RET@h/x', 'https://***@h/x'],
    ['https:user:SECRET@h/x', '***@h/x'],
    ['https:\\\\user:SECRET@h\\x', 'https:\\\\***@h\\x'],
    ['  https://user:SECRET@h/ ', '  https://***@h/ '],
    ['https://h/@scope/x@1', 'https://h/@scope/x@1'],
    ['wss://user:SECRET@h/?a=SECRET', 'wss://***@h/?a=***'],
    ['postgres://user:SECRET@h/db?password=SECRET', 'postgres://***@h/db?password=***'],
    ['postgres://user@h/db?schema=x', 'postgres://user@h/db?schema=x'],
    ['postgres://user:***@h/db?schema=x', 'postgres://user:***@h/db?schema=x'],
    ['postgres://user:***@h/db?password=SECRET', 'postgres://***@h/db?password=***'],
  ])('%s', (text, shown) => {
    expect(URL.canParse(text)).toBe(true);
    expect(maskUrl(text)).toBe(shown);
  });

  test.each([
    ['', ''],
    ['example.com', 'example.com'],
    ['localhost:4010/x', 'localhost:4010/x'],
    ['localhost:4010?token=SECRET', 'localhost:4010?token=***'],
    ['user:SECRET@h/x', '***@h/x'],
    ['SECRET:@h/x', '***@h/x'],
    ['user:SECRET', 'user:***'],
    ['https://user:SE/CRET@h/x', 'https://***@h/x'],
    ['https://user:SE?CRET@h/x', 'https://***'],
    ['https://user:SE#CRET@h/x', 'https://***'],
    ['https://user:SECRET', 'https://user:***'],
    ['https://h:80:SECRET/x', 'https://h:80:***/x'],
    ['https://[h/?token=SECRET', 'https://[h/?token=***'],
    ['//user:SECRET@h/', '//***@h/'],
    ['https://user:SECRET@', 'https://***@'],
    ['https://user:SECRET@h:SECRET/x', 'https://***@h:***/x'],
    ['https://exa mple/?token=SECRET x', 'https://exa mple/?token=***'],
    ['postgres://user:***@h1:1,h2/db', 'postgres://user:***@h1:1,h2/db'],
    ['postgres://user:SECRET', 'postgres://user:***'],
  ])('%j, which is none', (text, shown) => {
    expect(maskUrl(text)).toBe(shown);
  });

  test('in a sentence, with what stands around it', () => {
    const sentence =
      'http://h/?token=SECRET: refused (see "https://u:SECRET@h/x"), wss://h/a#SECRET. /state/pg:/u:SECRET@h/db';
    expect(maskUrlsIn(sentence)).toBe(
      'http://h/?token=***: refused (see "https://***@h/x"), wss://h/a#***. /state/pg:/***@h/db',
    );
    for (const text of ['C:/a@b', 'at 12:/x', 'a: b?c=d', 'mail me@example.com']) expect(maskUrlsIn(text)).toBe(text);
  });

  test('takes no time that grows faster than the text', () => {
    for (const part of ['http://', 'a:', 'a@', '?a=b&', 'x://x:', '\\/']) {
      const text = `https://${part.repeat(200_000)}`;
      expect(maskUrl(text).length).toBeLessThanOrEqual(text.length * 2);
      expect(maskUrlsIn(text).length).toBeLessThanOrEqual(text.length * 2);
    }
  });
});
