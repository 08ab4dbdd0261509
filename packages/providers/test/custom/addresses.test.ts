import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressCheck } from '../../src/custom/addresses.ts';
import { parseCidrs } from '../../src/index.ts';

const isPublic = addressCheck([]);

/** One address of every range of the IANA special-purpose registries, and of the ways to hide an IPv4 address. */
const NOT_PUBLIC = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '168.63.129.16',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::7f00:1',
  '::808:808',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:0:127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::808:808',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:808:808::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
];

describe('addressCheck', () => {
  test.each(NOT_PUBLIC)('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:800::200e'])(
    '%s is public',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  test.each(['', 'localhost', '8.8.8', '134744072', '0x8.8.8.8', '[::1]', '8.8.8.8/32'])(
    'what is no IP address is refused: %j',
    (text) => {
      expect(isPublic(text)).toBe(false);
    },
  );

  test('an allowed network allows its own addresses and no others', () => {
    const allows = addressCheck(['10.1.0.0/16', 'fd00::/8', '127.0.0.1']);
    expect(['10.1.2.3', 'fd12::1', '127.0.0.1', '8.8.8.8'].every(allows)).toBe(true);
    expect(['10.2.0.1', 'fe80::1', '127.0.0.2', '::ffff:10.1.2.3'].some(allows)).toBe(false);
  });

  test('no IPv4 address becomes reachable by writing it as IPv6', () => {
    const ipv4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    const disguise = fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::');
    fc.assert(fc.property(disguise, ipv4, (prefix, octets) => !isPublic(`${prefix}${octets.join('.')}`)));
  });
});

describe('parseCidrs', () => {
  test('reads networks and single addresses, separated by commas or white space', () => {
    expect(parseCidrs(' 10.0.0.0/8,fd00::/8\n192.168.1.7 ,, ::1')).toEqual([
      '10.0.0.0/8',
      'fd00::/8',
      '192.168.1.7/32',
      '::1/128',
    ]);
  });

  test('an empty list allows nothing', () => {
    expect(parseCidrs('')).toEqual([]);
    expect(parseCidrs(' , ')).toEqual([]);
  });

  test.each([
    '10/8',
    '010.0.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
    'localhost',
    '10.0.0.0/-1',
  ])('names the entry that is no network: %s', (entry) => {
    expect(() => parseCidrs(`127.0.0.0/8,${entry}`)).toThrow(JSON.stringify(entry));
  });

  test('its result is accepted by the guard', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const cidr = fc.tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }));
    fc.assert(
      fc.property(cidr, ([a, b, c, d, bits]) => {
        const [parsed = ''] = parseCidrs(`${a}.${b}.${c}.${d}/${bits}`);
        return parseCidrs(parsed)[0] === parsed && addressCheck([parsed])(`${a}.${b}.${c}.${d}`);
      }),
    );
  });
});
