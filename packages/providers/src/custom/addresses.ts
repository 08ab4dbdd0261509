import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Global unicast, the only part of IPv6 that is handed out: https://www.rfc-editor.org/rfc/rfc4291#section-2.4 */
const IPV6_GLOBAL_UNICAST: Range = ipaddr.parseCIDR('2000::/3');

/**
 * Looks public, but returns platform secrets to every machine inside Azure:
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const AZURE_PLATFORM: Range = ipaddr.parseCIDR('168.63.129.16/32');

const inside = (address: Address, [network, bits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network, bits);

/**
 * The IANA special-purpose registries exclude everything that ipaddr.js calls unicast. For IPv6 that is not enough: it
 * calls `::127.0.0.1` unicast, so the address must also be global. An IPv4 address embedded in IPv6 (mapped, NAT64,
 * 6to4, Teredo) is never public: it would reach another address than the one checked.
 */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' ? !inside(address, AZURE_PLATFORM) : inside(address, IPV6_GLOBAL_UNICAST);
}

/** One entry of WEBHOOK_ALLOW_CIDRS; a bare address means that address alone. Throws an error naming the bad entry. */
function parseRange(entry: string): Range {
  const [address = '', bits] = entry.split('/', 2);
  const family = isIP(address);
  const range = bits === undefined ? `${address}/${family === 4 ? 32 : 128}` : entry;
  // isIP first: ipaddr.js reads `10/8` as 0.0.0.10/8, and `010.0.0.0/8` as octal.
  if (family === 0 || !ipaddr.isValidCIDR(range)) {
    throw new Error(`not a network in CIDR form, such as 10.0.0.0/8 or fd00::/8: ${JSON.stringify(entry)}`);
  }
  return ipaddr.parseCIDR(range);
}

/**
 * Reads WEBHOOK_ALLOW_CIDRS: networks in CIDR form or single addresses, separated by commas or white space. Empty gives
 * none. Throws an error naming the first invalid entry.
 */
export function parseCidrs(list: string): string[] {
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.map((entry) => parseRange(entry).join('/'));
}

/** Whether a connection to this IP address (text, without brackets) may be opened. */
export type AddressCheck = (address: string) => boolean;

/**
 * Allows public addresses and those inside `allowCidrs` only; text that is not an IP address is refused. An IPv4
 * network does not allow its IPv6-mapped addresses. Throws when an entry of `allowCidrs` is not a network.
 */
export function addressCheck(allowCidrs: readonly string[]): AddressCheck {
  const allowed = allowCidrs.map(parseRange);
  return (text) => {
    if (isIP(text) === 0) return false;
    const address = ipaddr.parse(text);
    return isPublic(address) || allowed.some((range) => inside(address, range));
  };
}
