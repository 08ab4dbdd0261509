import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientAddresses } from '../src/client-address.ts';

/** The address read from one request, and what was logged. */
function read(trustedProxies: number, remoteAddress: string, headers: Record<string, string> = {}) {
  const warnings: object[] = [];
  const addressOf = clientAddresses(trustedProxies, { warn: (fields: object) => void warnings.push(fields) });
  return { address: addressOf({ headers, socket: { remoteAddress } }), warnings };
}
const through = (trustedProxies: number, forwardedFor: string) =>
  read(trustedProxies, '10.0.0.1', { 'x-forwarded-for': forwardedFor }).address;

describe('the address of a client', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['', ''],
  ])('that connects from %s is %s', (remote, address) => {
    expect(read(0, remote).address).toBe(address);
  });

  test.each([
    ['what the one trusted proxy saw, not what the client wrote', 1, '198.51.100.7, 192.0.2.1', '192.0.2.1'],
    ['what the outer of two proxies saw', 2, '198.51.100.7, 192.0.2.1, 10.0.0.2', '192.0.2.1'],
    ['what the inner proxy saw when the outer one was bypassed', 2, '192.0.2.1', '192.0.2.1'],
    ['the proxy’s own when it wrote no address', 1, 'unknown', '10.0.0.1'],
    ['the last valid hop when an earlier entry is not an address', 2, '<script>, 192.0.2.1', '192.0.2.1'],
    ['read without the port', 1, '192.0.2.1:4711', '192.0.2.1'],
    ['read without brackets and port', 1, '[2001:db8::1]:4711', '2001:db8:0:0::/64'],
    ['the proxy’s own when the header is empty', 1, '', '10.0.0.1'],
  ])('is %s', (_what, proxies, header, address) => {
    expect(through(proxies, header)).toBe(address);
  });

  test('does not depend on entries that the client adds in front', () => {
    fc.assert(
      fc.property(fc.string(), fc.ipV4(), (written, client) => {
        expect(through(1, `${written}, ${client}`)).toBe(client);
      }),
    );
  });

  test('is the same for all addresses of one /64 and for every way to write one', () => {
    const hextet = fc.integer({ min: 0, max: 0xffff });
    const four = fc.tuple(hextet, hextet, hextet, hextet);
    fc.assert(
      fc.property(four, four, four, (net, one, other) => {
        const written = (host: number[]) => [...net, ...host].map((group) => group.toString(16)).join(':');
        // The one network in which addresses are IPv4 addresses.
        fc.pre(net.some((group) => group !== 0));
        const canonical = new URL(`http://[${written(one)}]`).hostname.slice(1, -1);
        expect(read(0, canonical).address).toBe(read(0, written(other)).address);
      }),
    );
  });
});

describe('a forwarded header', () => {
  test('without trusted proxies changes nothing and is logged once, by name only', () => {
    const warnings: object[] = [];
    const addressOf = clientAddresses(0, { warn: (fields: object) => void warnings.push(fields) });
    const headers = { 'x-forwarded-for': '198.51.100.7', authtoken: 'secret' };
    for (let i = 0; i < 3; i++)
      expect(addressOf({ headers, socket: { remoteAddress: '192.0.2.1' } })).toBe('192.0.2.1');
    expect(warnings).toEqual([{ header: 'x-forwarded-for' }]);
  });

  test.each(['forwarded', 'x-forwarded-host', 'x-forwarded-proto'])('%s is logged as well', (header) => {
    expect(read(0, '192.0.2.1', { [header]: 'a.example' }).warnings).toEqual([{ header }]);
  });

  test('from a trusted proxy causes no warning, and neither does a missing one', () => {
    expect(read(1, '10.0.0.1', { 'x-forwarded-for': '192.0.2.1' }).warnings).toEqual([]);
    expect(read(0, '192.0.2.1').warnings).toEqual([]);
  });
});
