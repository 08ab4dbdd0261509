import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Logger } from './log.ts';

/** Headers that a proxy adds to a request, or a client forges. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];

/** The part of a request that says where it came from. */
type Request = Pick<IncomingMessage, 'headers'> & { socket: Pick<IncomingMessage['socket'], 'remoteAddress'> };

/**
 * Reads the client address of a request, for limits and logs: an IPv4 address, or the /64 network of an IPv6 address,
 * because one customer has at least that many addresses (RFC 6177). Each trusted proxy is believed about the address
 * that connected to it, and never about what that client wrote itself. An entry that is not an address ends the walk.
 *
 * Without trusted proxies, the first request with a forwarded header is logged as a warning, once: either there is a
 * proxy and all its clients share one address, or a client forges the header.
 */
export function clientAddresses(trustedProxies: number, log: Pick<Logger, 'warn'>): (request: Request) => string {
  let warned = trustedProxies > 0;
  return ({ headers, socket }) => {
    const header = warned ? undefined : FORWARDED.find((name) => headers[name] !== undefined);
    if (header !== undefined) {
      warned = true;
      log.warn({ header }, 'a request has a forwarded header, which is ignored: set TRUST_PROXY if a proxy adds it');
    }
    return network(connectingAddress(socket.remoteAddress ?? '', headers['x-forwarded-for'], trustedProxies));
  };
}

function connectingAddress(remote: string, forwardedFor: string | string[] | undefined, trustedProxies: number) {
  const entries = forwardedFor === undefined ? [] : String(forwardedFor).split(',');
  let address = remote;
  for (let hop = 0; hop < trustedProxies; hop++) {
    const next = withoutPort(entries.pop()?.trim() ?? '');
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(entry) ?? [];
  return bracketed ?? dotted ?? entry;
}

/** An IPv4 address, also one mapped to IPv6, unchanged; an IPv6 address as its /64; anything else unchanged. */
function network(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [text = ''] = address.split('%');
  const [head = '', tail] = text.split('::');
  const [before, after] = [groupsIn(head), groupsIn(tail ?? '')];
  return tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill(0), ...after];
}

const groupsIn = (text: string): number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
        return [(a << 8) | b, (c << 8) | d];
      });
