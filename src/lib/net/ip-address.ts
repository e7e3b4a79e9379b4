import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** In its shortest form. An IPv4 address written as one of IPv6 (`::ffff:1.2.3.4`) is an IPv4 address. */
export interface IpAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
}

/** All addresses that begin with the same `length` bits. */
export interface IpRange extends IpAddress {
  readonly length: number;
}

/** An IPv4 or IPv6 address in any of its written forms, a zone (`%eth0`) left out; `undefined` when it is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 'ipv4', address: text };
  if (!isIPv6(text)) return undefined;
  const { address } = new SocketAddress({ address: text.replace(/%.*$/, ''), family: 'ipv6' });
  const mapped = address.replace(/^::ffff:/, '');
  return isIPv4(mapped) ? { family: 'ipv4', address: mapped } : { family: 'ipv6', address };
}

/** `10.0.0.0/8`, `2600:1f24:64:8000::/56`, or one address; `undefined` when it is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', suffix, ...rest] = text.split('/');
  const parsed = parseIpAddress(address);
  if (parsed === undefined || rest.length > 0) return undefined;
  const width = parsed.family === 'ipv4' ? 32 : 128;
  if (suffix === undefined) return { ...parsed, length: width };
  if (!/^\d{1,3}$/.test(suffix)) return undefined;
  // The length of a range of mapped addresses counts the 96 bits of the mapping.
  const length = parsed.family === 'ipv4' && address.includes(':') ? Number(suffix) - 96 : Number(suffix);
  return length >= 0 && length <= width ? { ...parsed, length } : undefined;
}

/** Whether an address is in one of the ranges. No IPv6 range holds an IPv4 address, not even `::/0`. */
export function createIpMatcher(ranges: readonly IpRange[]): (address: IpAddress) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { family, address, length } of ranges) lists[family].addSubnet(address, length, family);
  return ({ family, address }) => lists[family].check(address, family);
}
