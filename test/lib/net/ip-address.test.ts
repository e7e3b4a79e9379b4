import { describe, expect, test } from 'vitest';
import { createIpMatcher, parseIpAddress, parseIpRange } from '../../../src/lib/net/ip-address.ts';

describe('IP addresses', () => {
  test.each([
    ['0.0.0.0', { family: 'ipv4', address: '0.0.0.0' }],
    ['1.2.3.4', { family: 'ipv4', address: '1.2.3.4' }],
    ['::ffff:1.2.3.4', { family: 'ipv4', address: '1.2.3.4' }],
    ['::ffff:102:304', { family: 'ipv4', address: '1.2.3.4' }],
    ['::', { family: 'ipv6', address: '::' }],
    ['::1', { family: 'ipv6', address: '::1' }],
    ['2600:1F24:64:8000::', { family: 'ipv6', address: '2600:1f24:64:8000::' }],
    ['1:2:3:4:5:6:7:8', { family: 'ipv6', address: '1:2:3:4:5:6:7:8' }],
    ['fe80::1%eth0', { family: 'ipv6', address: 'fe80::1' }],
    ['64:ff9b::1.2.3.4', { family: 'ipv6', address: '64:ff9b::102:304' }],
  ])('%s is an address', (text, expected) => {
    expect(parseIpAddress(text)).toEqual(expected);
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    '1.2.3.4 ',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    'g::1',
    '12345::',
    '1.2.3.4::',
    'localhost',
    '[::1]',
  ])('%j is no address', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  test.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::1', false],
    ['::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['2600:1f24:64:8000::/56', '2600:1f24:64:80ff::1', true],
    ['2600:1f24:64:8000::/56', '2600:1f24:64:8100::1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::/0', '203.0.113.9', false],
    ['::/0', '::ffff:203.0.113.9', false],
    ['::/0', '2001:db8::1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
  ])('%s holds %s: %j', (range, address, expected) => {
    const [parsedRange, parsedAddress] = [parseIpRange(range), parseIpAddress(address)];
    expect(
      parsedRange !== undefined && parsedAddress !== undefined && createIpMatcher([parsedRange])(parsedAddress),
    ).toBe(expected);
  });

  test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '::/129', '::ffff:1.2.3.4/95', 'svix'])(
    '%s is no range',
    (text) => {
      expect(parseIpRange(text)).toBeUndefined();
    },
  );
});
