import { describe, expect, test } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { maskStateUrl, parseStateUrl, shownStateUrl } from '../../src/settings/state-url.ts';

/** Of every password here; no message may hold any of it. */
const SECRET = 'hunter2';

function refusalOf(text: string): string {
  try {
    parseStateUrl(text);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    expect(error.code).toBe('bad_state_url');
    expect(error.failure).toBe('usage');
    const refusal = `${error.message}; ${error.hint}`;
    expect(refusal).not.toContain(SECRET);
    return refusal;
  }
  throw new Error('it was accepted');
}

describe('the address of a shared state', () => {
  test('has a user, a host and a database; all else is as it usually is', () => {
    expect(parseStateUrl('postgres://optipick@db.example.com/orders')).toEqual({
      hosts: [{ host: 'db.example.com', port: 5432 }],
      user: 'optipick',
      password: undefined,
      database: 'orders',
      schema: 'optipick',
      isVerified: true,
      rootCertificates: undefined,
      listens: true,
      migrates: false,
      warnings: [],
    });
  });

  test('may say all of it, with blanks around it as files have them', () => {
    const text = ` postgresql://me:${SECRET}@one:5433,two/db?sslmode=verify-full&sslrootcert=/etc/ca.pem&schema=team_a&listen=off&migrate=auto\n`;
    expect(parseStateUrl(text)).toEqual({
      hosts: [
        { host: 'one', port: 5433 },
        { host: 'two', port: 5432 },
      ],
      user: 'me',
      password: SECRET,
      database: 'db',
      schema: 'team_a',
      isVerified: true,
      rootCertificates: '/etc/ca.pem',
      listens: false,
      migrates: true,
      warnings: [],
    });
  });

  test.each([
    ['a@b:c', 'postgres://a%40b%3Ac@h/d', { user: 'a@b:c' }],
    ['an encoded password', `postgres://u:%2F%3F%23%40%3A%25${SECRET}@h/d`, { password: `/?#@:%${SECRET}` }],
    ['a password with @ and : as they are', `postgres://u:p@ss:${SECRET}@h/d`, { password: `p@ss:${SECRET}` }],
    ['an empty password', 'postgres://u:@h/d', { password: '' }],
    ['a database with a slash', 'postgres://u@h/a%2Fb', { database: 'a/b' }],
    ['IPv6', 'postgres://u@[2001:db8::1]:6432/d', { hosts: [{ host: '2001:db8::1', port: 6432 }] }],
    ['a socket', 'postgres://u@%2Fvar%2Frun%2Fpostgresql/d', { hosts: [{ host: '/var/run/postgresql', port: 5432 }] }],
    ['the certificates of the system', 'postgres://u@h/d?sslrootcert=system', { rootCertificates: undefined }],
    ['a parameter without a value', 'postgres://u@h/d?schema=', { schema: 'optipick' }],
  ])('%s', (_, text, expected) => {
    expect(parseStateUrl(text)).toMatchObject(expected);
  });

  test.each([
    ['postgres://u@localhost/d', false],
    ['postgres://u@127.0.0.1/d', false],
    ['postgres://u@[::1]/d', false],
    ['postgres://u@%2Ftmp/d', false],
    ['postgres://u@localhost/d?sslmode=verify-full', true],
    ['postgres://u@127.0.0.1.example.com/d', true],
    ['postgres://u@localhost,db.example.com/d', true],
    ['postgres://u@10.0.0.1/d', true],
  ])('%s: whether the server has to prove its name is %s', (text, isVerified) => {
    expect(parseStateUrl(text)).toMatchObject({ isVerified, warnings: [] });
  });

  test('without TLS beyond this machine has to be written out, and is warned of', () => {
    expect(parseStateUrl('postgres://u@db1,db2/d?sslmode=disable')).toMatchObject({
      isVerified: false,
      warnings: ['the connection to db1 and db2 is not encrypted: sslmode=disable'],
    });
    expect(parseStateUrl('postgres://u@localhost/d?sslmode=disable').warnings).toEqual([]);
  });
});

describe('an address that is rejected', () => {
  test.each([
    '',
    'orders',
    'mysql://u@h/d',
    `postgres:u:${SECRET}@h/d`,
    `postgres://u:${SECRET}@/d`,
    `postgres://u:${SECRET}@h/d#fragment`,
    `postgres://h/d`,
    `postgres://:${SECRET}@h/d`,
    `postgres://u:${SECRET}@h`,
    `postgres://u:${SECRET}@h/`,
    `postgres://u:${SECRET}@h:0/d`,
    `postgres://u:${SECRET}@h:65536/d`,
    `postgres://u:${SECRET}@h:5432x/d`,
    `postgres://u:${SECRET}@h,,i/d`,
    `postgres://u:${SECRET}@[::1/d`,
    `postgres://u:${SECRET}@2001:db8::1/d`,
    `postgres://u:%${SECRET}@h/d`,
    `postgres://u:${SECRET}%00@h/d`,
    `postgres://u:${SECRET}@h/d?sslmod=disable`,
    `postgres://u:${SECRET}@h/d?connect_timeout=10`,
    `postgres://u:${SECRET}@h/d?sslmode=require`,
    `postgres://u:${SECRET}@h/d?sslmode=verify-ca`,
    `postgres://u:${SECRET}@h/d?schema=Orders`,
    `postgres://u:${SECRET}@h/d?schema=a"b`,
    `postgres://u:${SECRET}@h/d?schema=pg_orders`,
    `postgres://u:${SECRET}@h/d?schema=${'x'.repeat(49)}`,
    `postgres://u:${SECRET}@h/d?listen=yes`,
    `postgres://u:${SECRET}@h/d?migrate=always`,
  ])('%s', (text) => {
    expect(refusalOf(text)).toMatchSnapshot();
  });

  test.each([
    ['a slash', `postgres://u:${SECRET}/x@h/d`],
    ['a slash, later', `postgres://u:x/${SECRET}@h/d`],
    ['a question mark', `postgres://u:${SECRET}?x@h/d`],
    ['a question mark, later', `postgres://u:x?${SECRET}@h/d`],
    ['a question mark and an equals sign', `postgres://u:x@y/z?${SECRET}=1@h/d`],
    ['a question mark behind an at sign', `postgres://u:x@y/z?${SECRET}@h/d`],
    ['what looks like a parameter', `postgres://u:x@y/z?sslmode=${SECRET}@h/d`],
    ['a number sign', `postgres://u:${SECRET}#x@h/d`],
    ['a blank', `postgres://u:x ${SECRET}@h:port/d`],
    ['a stray percent sign', `postgres://u:${SECRET}%zz@h/d`],
  ])('does not repeat a password with %s, and says how to write it', (_, text) => {
    expect(refusalOf(text)).toMatch(/%/);
    expect(maskStateUrl(text)).not.toContain(SECRET);
  });
});

describe('an address that is shown', () => {
  test.each([
    [`postgres://u:${SECRET}@h/d`, 'postgres://u:***@h/d'],
    ['postgres://u@h/d', 'postgres://u@h/d'],
    [
      `postgresql://u:${SECRET}@h:6432,[::1]/d?schema=team&sslmode=verify-full`,
      'postgres://u:***@h:6432,[::1]/d?schema=team',
    ],
    [`postgres://a%40b:${SECRET}@%2Ftmp/a%2Fb`, 'postgres://a%40b:***@%2Ftmp/a%2Fb'],
    [`postgres://u:p@ss${SECRET}@h/d`, 'postgres://u:***@h/d'],
  ])('%s', (text, shown) => {
    expect(shownStateUrl(parseStateUrl(text))).toBe(shown);
    expect(maskStateUrl(text)).toBe(shown);
    // As it is shown it means the same place.
    expect(shownStateUrl(parseStateUrl(shown))).toBe(shown);
  });

  test.each([
    `${SECRET}@h`,
    `postgres://u:${SECRET}@h,i`,
    `postgres://u:${SECRET}@h/d?sslmode=require`,
    `mysql://u:${SECRET}@h/d`,
  ])('has no password where it is none: %s', (text) => {
    expect(maskStateUrl(text)).not.toContain(SECRET);
  });
});
