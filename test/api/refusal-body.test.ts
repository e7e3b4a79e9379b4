import { describe, expect, test } from 'vitest';

import { readRefusal } from '../../src/api/refusal-body.ts';
import { createRedaction } from '../../src/settings/redaction.ts';

const redact = createRedaction([]);
const json = (value: unknown): ReturnType<typeof readRefusal> =>
  readRefusal(JSON.stringify(value), 'application/json', redact);

describe('a refusal', () => {
  test('with a list of details becomes JSON pointers', () => {
    const refusal = json({
      detail: [
        { loc: ['body', 'picks', 3, 'location_id'], msg: 'Field required', type: 'missing' },
        { loc: ['body', 'parameters', 'a/b~c'], msg: 'Extra inputs', type: 'extra' },
        { loc: ['body'], msg: 'Input should be an object' },
      ],
    });
    expect(refusal).toEqual({
      text: '/picks/3/location_id: Field required (and 2 more)',
      details: [
        { path: '/picks/3/location_id', message: 'Field required' },
        { path: '/parameters/a~1b~0c', message: 'Extra inputs' },
        { path: '', message: 'Input should be an object' },
      ],
      about: 'job',
    });
  });

  test('as one text with places becomes the same, without the prefix of Pydantic', () => {
    const text = 'body.picks.3.location_id: Value error, no such place; body.site_name: Field required';
    expect(readRefusal(text, 'text/plain', redact)).toEqual({
      text: '/picks/3/location_id: no such place (and 1 more)',
      details: [
        { path: '/picks/3/location_id', message: 'no such place' },
        { path: '/site_name', message: 'Field required' },
      ],
      about: 'job',
    });
  });

  test('about the id in the address is about the request', () => {
    expect(json({ detail: [{ loc: ['path', 'request_id'], msg: 'not an ObjectId', type: 'value_error' }] })).toEqual({
      text: 'path parameter request_id: not an ObjectId',
      details: [{ path: '', message: 'path parameter request_id: not an ObjectId' }],
      about: 'request',
    });
    expect(json({ detail: 'request_id is not a valid ObjectId' }).about).toBe('request');
  });

  test.each([
    ['a string', { detail: 'Location Z99 not found' }, 'Location Z99 not found', 'job'],
    ['the message of a gateway', { message: 'Forbidden' }, 'Forbidden', 'unknown'],
    ['an error field', { error: 'no site' }, 'no site', 'job'],
    ['an error object', { error: { message: 'no site' } }, 'no site', 'job'],
    ['a detail object', { detail: { error: 'no site' } }, 'no site', 'job'],
    ['a bare JSON string', 'no', 'no', 'unknown'],
    ['null', null, '', 'unknown'],
    ['a list', [1], '', 'unknown'],
    ['an empty list of details', { detail: [] }, '', 'unknown'],
    ['nothing that is known', { foo: 1 }, '', 'unknown'],
  ])('as %s is read as its text', (_form, value, text, about) => {
    expect(json(value)).toEqual({ text, details: [], about });
  });

  test.each([
    ['Location not found: A, B 1', 'Location not found'],
    ['The following locations do not exist: "A", "B 1"', 'The following locations do not exist'],
    ["Unknown locations: ['A', 'B 1']", 'Unknown locations'],
  ])('as one text about several locations, %j, has a detail for each', (text, words) => {
    const details = ['A', 'B 1'].map((name) => ({ path: '', message: `${words}: "${name}"` }));
    expect(json({ detail: text })).toEqual({ text, details, about: 'job' });
    expect(readRefusal(text, 'text/plain', redact)).toEqual({ text, details, about: 'unknown' });
    expect(json({ code: 'X', message: text })).toEqual({ text, details, code: 'X', about: 'unknown' });
  });

  test('names all of many locations, of which its text has room for some', () => {
    const names = Array.from({ length: 400 }, (_, at) => `E${at}`);
    const { text, details } = json({ detail: `Location not found: ${names.join(', ')}` });
    expect([text.length <= 301, details.length]).toEqual([true, 400]);
    expect(details.at(-1)?.message).toBe('Location not found: "E399"');
  });

  test.each(['Location not found: A, , B', 'No route to these locations: A, B', 'Site not found: A, B'])(
    'as a text that may be about something else, %j, has no details',
    (text) => {
      expect(json({ detail: text }).details).toEqual([]);
    },
  );

  test('as a web page is read as its title alone', () => {
    const page =
      '<!DOCTYPE html><html><head><title>\n 502 Bad\n Gateway</title></head><body>internal host x</body></html>';
    expect(readRefusal(page, 'text/html', redact)).toEqual({ text: '502 Bad Gateway', details: [], about: 'page' });
    expect(readRefusal('<html><body><h1>Log <b>in</b></h1></body></html>', undefined, redact).text).toBe('Log in');
  });

  test.each([
    ['a page behind a byte order mark', '\ufeff<!DOCTYPE html><title>x', undefined],
    ['a page behind comments and a declaration', '<?xml version="1.0"?>\n<!-- proxy -->\n<html>', undefined],
    ['a page without html', '<title>Blocked</title>', 'text/plain'],
    ['XHTML', 'Blocked', 'application/xhtml+xml'],
    ['text that is called HTML', 'Access denied', 'text/html; charset=utf-8'],
  ])('N1: %s is a web page', (_what, text, type) => {
    expect(readRefusal(text, type, redact).about).toBe('page');
  });

  test.each([
    ['JSON that is called HTML', '{"detail":"no"}', 'text/html'],
    ['nothing that is called HTML', ' \r\n', 'text/html'],
    ['an XML document', '<Error><Code>AccessDenied</Code></Error>', 'application/xml'],
    ['text that speaks of a page', 'the <html> of the page', 'text/plain'],
  ])('N1: %s is no web page', (_what, text, type) => {
    expect(readRefusal(text, type, redact).about).not.toBe('page');
  });

  test.each([
    ['code, params and message', { code: 'SITE', params: { site: 'X' }, message: 'no site X' }, 'no site X', 'SITE'],
    ['code and params alone', { code: 'SITE_NOT_FOUND', params: {} }, 'SITE_NOT_FOUND', 'SITE_NOT_FOUND'],
    ['code and an empty message', { code: 'SITE_NOT_FOUND', message: ' ' }, 'SITE_NOT_FOUND', 'SITE_NOT_FOUND'],
    ['a code that is a number', { code: 4011, message: 'no site X' }, 'no site X', '4011'],
    ['a code beside a FastAPI detail', { detail: 'no site X', code: 'site' }, 'no site X', 'site'],
    ['a code inside of it', { detail: { code: 'site', message: 'no site X' } }, 'no site X', 'site'],
    ['a code inside an error', { error: { code: 'site', message: 'no site X' } }, 'no site X', 'site'],
    [
      'an error that is a name, beside a message',
      { error: 'not_found', message: 'no site X' },
      'no site X',
      'not_found',
    ],
    ['message alone', { message: 'no site X' }, 'no site X', undefined],
  ])('N10: %s give text and code', (_shape, value, text, code) => {
    expect(json(value)).toMatchObject({ text, details: [] });
    expect(json(value).code).toBe(code);
  });

  test('N10: a code cannot drive a terminal or flood the screen', () => {
    const secret = 'key-0123456789';
    const value = { code: `\u001b[2J${secret}${'x'.repeat(1000)}`, message: 'no' };
    const { code } = readRefusal(JSON.stringify(value), 'application/json', createRedaction([secret]));
    expect(code).toMatch(/^\*\*\*x+$/);
    expect(code).toHaveLength(100);
  });

  test('as text, or as nothing, is read as that', () => {
    expect(readRefusal('upstream timed out', 'text/plain', redact).text).toBe('upstream timed out');
    expect(readRefusal('', undefined, redact)).toEqual({ text: '', details: [], about: 'unknown' });
  });

  test('cannot drive a terminal, show the key, or flood the screen', () => {
    const secret = 'key-0123456789';
    const text = `\u001b[31mred\u0007\n\u202e${secret}\u0000 ${'x'.repeat(1000)}`;
    const refusal = readRefusal(JSON.stringify({ detail: text }), 'application/json', createRedaction([secret]));
    expect(refusal.text).toMatch(/^red \*\*\* x+…$/);
    expect(refusal.text).toHaveLength(301);
  });

  test('is cut to a sane number of details', () => {
    const detail = Array.from({ length: 6000 }, (_, n) => ({ loc: ['body', 'picks', n], msg: 'bad' }));
    const refusal = json({ detail });
    expect(refusal.details).toHaveLength(5000);
    expect(refusal.text).toBe('/picks/0: bad (and 5999 more)');
  });

  test.each([
    ['a color', '\u001b[31mred\u001b[0m alert', 'red alert'],
    ['a color of C1', '\u009b31mred\u009b0m', 'red'],
    ['the title of the window', 'a\u001b]0;title\u0007b', 'ab'],
    ['text that reads backwards', 'pick \u202eA01\u202c is unknown', 'pick A01 is unknown'],
    ['a line break of C1', 'one\u0085two', 'one two'],
  ])('is sanitized of all of %s', (_, detail, text) => {
    expect(json({ detail }).text).toBe(text);
  });

  test('shows no key that only sanitizing puts together', () => {
    const hidden = 'key-\u200b0123\u001b[0m4567\u202e89ab\u009b0mcdef';
    expect(readRefusal(JSON.stringify({ detail: hidden }), '', createRedaction(['key-0123456789abcdef'])).text).toBe(
      '***',
    );
  });
});
