/** An address as bits. An IPv4 address in IPv6 clothes (`::ffff:1.2.3.4`) is an IPv4 address. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** All addresses that begin with the same `length` bits. */
export interface IpRange extends IpAddress {
  readonly length: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;
const MAPPED_PREFIX = 0xffffn;

/** An IPv4 or IPv6 address in any of its written forms, a zone (`%eth0`) left out; `undefined` when it is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const four = ipv4Bits(text);
  if (four !== undefined) return { family: 4, bits: four };
  const six = ipv6Bits(text.replace(/%[\w.-]+$/, ''));
  if (six === undefined) return undefined;
  return six >> 32n === MAPPED_PREFIX ? { family: 4, bits: six & 0xffff_ffffn } : { family: 6, bits: six };
}

/** `10.0.0.0/8`, `2600:1f24:64:8000::/56`, or one address; `undefined` when it is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', suffix, ...rest] = text.split('/');
  const parsed = parseIpAddress(address);
  if (parsed === undefined || rest.length > 0) return undefined;
  const width = WIDTH[parsed.family];
  if (suffix === undefined) return { ...parsed, length: width };
  if (!/^\d{1,3}$/.test(suffix)) return undefined;
  // The length of a range of mapped addresses counts the 96 bits of the mapping.
  const length = parsed.family === 4 && address.includes(':') ? Number(suffix) - 96 : Number(suffix);
  return length >= 0 && length <= width ? { ...parsed, length } : undefined;
}

export function isInRange(address: IpAddress, range: IpRange): boolean {
  if (address.family !== range.family) return false;
  const shift = BigInt(WIDTH[range.family] - range.length);
  return address.bits >> shift === range.bits >> shift;
}

function ipv4Bits(text: string): bigint | undefined {
  const parts = text.split('.');
  // A leading zero is octal to some readers and decimal to others: refused.
  if (parts.length !== 4 || parts.some((part) => !/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function ipv6Bits(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? join(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return join([...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0n), ...tail]);
}

/** The 16-bit groups of one side of `::`; a dotted IPv4 address at the end of the whole is two of them. */
function groupsOf(half: string, isLast: boolean): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    const dotted = isLast && index === parts.length - 1 ? ipv4Bits(part) : undefined;
    if (dotted !== undefined) groups.push(dotted >> 16n, dotted & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function join(groups: readonly bigint[]): bigint {
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}
