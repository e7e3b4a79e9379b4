import { describe, expect, test } from 'vitest';
import { readId, shownId } from '../../../src/lib/text/shown-id.ts';

describe('an id that is shown', () => {
  test.each(['67507ad05e593173d0313e0f', 'job/7 of-9'.replace(' of', '_of'), 'Ä-1', "it's"])('is %j itself', (id) => {
    expect([shownId(id), readId(id)]).toEqual([id, id]);
  });

  test.each([
    ['-rf', '"-rf"'],
    ['a b', '"a\\u0020b"'],
    ['a\u001b[31mb', '"a\\u001b[31mb"'],
    ['a\u009b0m\u202eb\u{e0041}', '"a\\u009b0m\\u202eb\\udb40\\udc41"'],
    ['"quoted"', '"\\"quoted\\""'],
    ['', '""'],
  ])('is for %j a form that holds it all, and is read back', (id, shown) => {
    expect([shownId(id), readId(shown), /^[!-~]+$/.test(shown)]).toEqual([shown, id, true]);
  });

  test('is, when it only looks like that form, what was typed', () => {
    expect([readId('"'), readId('"open')]).toEqual(['"', '"open']);
  });
});
