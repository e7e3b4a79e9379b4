import { describe, expect, test } from 'vitest';

import { readBoundedBody } from '../../../src/lib/bytes/bounded-body.ts';
import { createByteBudget } from '../../../src/lib/bytes/budget.ts';
import { BodyTooLargeError, TransportError, type HttpRequest } from '../../../src/lib/net/http.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A body in pieces; an error is thrown in its place. Calls `before` before each piece. */
async function* pieces(parts: readonly (string | Error)[], before = (): void => undefined) {
  for (const part of parts) {
    before();
    if (part instanceof Error) throw part;
    yield bytes(part);
  }
}

const read = (body: HttpRequest['body'], length?: string, { limit = 10, budget = createByteBudget(100) } = {}) =>
  readBoundedBody(
    { headers: length === undefined ? {} : { 'content-length': length }, body: body ?? null },
    limit,
    budget,
  );

describe('a body within the limit and the budget is read whole', () => {
  test.each<[string, HttpRequest['body'], string | undefined, string]>([
    ['none', null, undefined, ''],
    ['bytes', bytes('abc'), '3', 'abc'],
    ['text', 'abc', '3', 'abc'],
    ['pieces of a declared length', pieces(['ab', 'cd', 'e']), '5', 'abcde'],
    ['pieces of no declared length', pieces(['a', 'bc', 'defg', 'hij']), undefined, 'abcdefghij'],
    ['pieces with an empty one', pieces(['', 'a', '']), undefined, 'a'],
    ['pieces that are fewer than declared', pieces(['ab']), '5', 'ab'],
    ['pieces under a length that is none', pieces(['ab']), 'two', 'ab'],
    ['one as large as the limit', pieces(['0123456789']), '10', '0123456789'],
  ])('%s', async (_, body, length, expected) => {
    const found = await read(body, length);
    expect(found.ok && new TextDecoder().decode(found.bytes)).toBe(expected);
  });
});

describe('its bytes are taken from the budget', () => {
  test('at once when the length is declared, until they are released; a second release gives nothing back', async () => {
    const budget = createByteBudget(20);
    budget.take(5);
    const used: number[] = [];
    const found = await read(
      pieces(['ab', 'cd'], () => used.push(budget.used)),
      '4',
      { budget },
    );
    expect([used, budget.used]).toEqual([[9, 9], 9]);
    if (found.ok) {
      found.release();
      found.release();
    }
    expect(budget.used).toBe(5);
  });

  test('as they arrive when it is not', async () => {
    const budget = createByteBudget(20);
    const used: number[] = [];
    await read(
      pieces(['ab', 'cd', 'e'], () => used.push(budget.used)),
      undefined,
      { budget },
    );
    expect([used, budget.used]).toEqual([[0, 2, 4], 5]);
  });

  test('also when they are in memory already', async () => {
    const budget = createByteBudget(20);
    await read(bytes('abc'), undefined, { budget });
    await read('abc', undefined, { budget });
    expect(budget.used).toBe(6);
  });

  test('and those in memory are given out when others have taken it all, too', async () => {
    const budget = createByteBudget(4);
    budget.take(4);
    const found = await read(bytes('abc'), undefined, { budget });
    expect([found.ok, budget.used]).toEqual([true, 4]);
    if (found.ok) found.release();
    expect(budget.used).toBe(4);
  });
});

describe('a body that is not read whole says why, takes nothing from the budget, and is not read on', () => {
  test.each<[string, (touch: () => void) => HttpRequest['body'], string | undefined, number, string]>([
    ['declared too large', (touch) => pieces(['a'], touch), '11', 0, 'too_large'],
    ['too large in pieces', (touch) => pieces(['01234567', '89a', 'b'], touch), undefined, 2, 'too_large'],
    ['larger than declared', (touch) => pieces(['01234567', '89a', 'b'], touch), '8', 2, 'too_large'],
    ['bytes that are too large', () => bytes('0123456789a'), undefined, 0, 'too_large'],
    ['too large for who hands it over', (touch) => pieces([new BodyTooLargeError('x')], touch), '5', 1, 'too_large'],
    ['declared beyond the budget', (touch) => pieces(['a'], touch), '9', 0, 'overloaded'],
    ['beyond the budget in pieces', (touch) => pieces(['0123', '4567', '89'], touch), undefined, 3, 'overloaded'],
  ])('%s', async (_, body, length, touched, reason) => {
    const budget = createByteBudget(10);
    budget.take(2);
    let touches = 0;
    const found = await read(
      body(() => (touches += 1)),
      length,
      { budget },
    );
    expect([found, budget.used, touches]).toEqual([{ ok: false, reason }, 2, touched]);
  });

  test('a sender that goes away', async () => {
    const budget = createByteBudget(10);
    const gone = new TransportError('reset', 'gone', { sent: true });
    await expect(read(pieces(['ab', gone]), '5', { budget })).rejects.toBe(gone);
    expect(budget.used).toBe(0);
  });
});
