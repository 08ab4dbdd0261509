import { describe, expect, test } from '@jest/globals';
import { webhookUrlProblem } from '../../src/index.ts';

const STRICT = { allowHttp: false, allowCidrs: [] };
const LOOPBACK = { allowHttp: true, allowCidrs: ['127.0.0.0/8'] };
const PRIVATE = { allowHttp: false, allowCidrs: ['10.0.0.0/8'] };

describe('webhookUrlProblem without exceptions', () => {
  test.each([
    'https://hooks.acme.com/push',
    'https://hooks.acme.com:8443/push?v=2#here',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]:444/',
    'https://bücher.example/',
    'https://localhost.acme.com/',
    'https://notlocalhost.com/',
    'https://internal.acme.com/',
  ])('%s may be configured', (url) => {
    expect(webhookUrlProblem(url, STRICT)).toBeUndefined();
  });

  test.each(['', 'hooks.acme.com', '//hooks.acme.com', 'https://', 'https://256.1.1.1/', 'https://a b/'])(
    '%j cannot be read',
    (url) => {
      expect(webhookUrlProblem(url, STRICT)).toBe('The URL cannot be read.');
    },
  );

  test.each(['http://hooks.acme.com/', 'ftp://hooks.acme.com/', 'file:///etc/passwd', 'ws://hooks.acme.com/'])(
    '%s is not HTTPS',
    (url) => {
      expect(webhookUrlProblem(url, STRICT)).toBe('The URL must begin with https://.');
    },
  );

  test('a user name or password in the URL is refused and not repeated', () => {
    for (const url of ['https://u:hunter2@acme.com/', 'https://hunter2@acme.com/', 'https://:hunter2@acme.com/']) {
      const problem = webhookUrlProblem(url, STRICT);
      expect(problem).toMatch(/user name or a password/);
      expect(problem).not.toContain('hunter2');
    }
  });

  /** Every notation the URL parser accepts for an address reaches the same check. */
  test.each([
    ['https://127.0.0.1/', '127.0.0.1'],
    ['https://127.0.0.1./', '127.0.0.1'],
    ['https://2130706433/', '127.0.0.1'],
    ['https://0x7f000001/', '127.0.0.1'],
    ['https://0x7f.1/', '127.0.0.1'],
    ['https://0177.0.0.1/', '127.0.0.1'],
    ['https://127.1/', '127.0.0.1'],
    ['https://①②⑦.⓪.⓪.①/', '127.0.0.1'],
    ['https://127%2e0%2e0%2e1/', '127.0.0.1'],
    ['https://0/', '0.0.0.0'],
    ['https://169.254.169.254/latest/meta-data', '169.254.169.254'],
    ['https://0xa9fea9fe/', '169.254.169.254'],
    ['https://168.63.129.16/', '168.63.129.16'],
    ['https://10.0.0.1:8443/', '10.0.0.1'],
    ['https://[::1]/', '::1'],
    ['https://[::]/', '::'],
    ['https://[::127.0.0.1]/', '::7f00:1'],
    ['https://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['https://[0:0:0:0:0:ffff:7f00:1]/', '::ffff:7f00:1'],
    ['https://[64:ff9b::127.0.0.1]/', '64:ff9b::7f00:1'],
    ['https://[2002:7f00:1::]/', '2002:7f00:1::'],
    ['https://[fe80::1]/', 'fe80::1'],
    ['https://[fd00:ec2::254]/', 'fd00:ec2::254'],
  ])('%s is an address that is not public', (url, address) => {
    expect(webhookUrlProblem(url, STRICT)).toBe(`The address ${address} is not public.`);
  });

  test.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost..',
    'ⓛocalhost',
    'api.localhost',
    'localhost.localdomain',
    'printer.local',
    'metadata.google.internal',
    'metadata.goog',
    'db.internal',
    'router.home.arpa',
    'nas.lan',
    'intranet.corp',
    'hooks.test',
    'nothing.invalid',
    'expyuzz4wqqyqhjn.onion',
    'name.alt',
    'intranet',
    'metadata',
    '.',
  ])('the host name %s is reserved', (host) => {
    expect(webhookUrlProblem(`https://${host}/`, STRICT)).toMatch(/^The host name \S* is reserved .*\.$/);
  });

  test('the sentence names the host and the source of the rule', () => {
    expect(webhookUrlProblem('https://API.localhost:8443/x?token=s3cret', STRICT)).toBe(
      'The host name api.localhost is reserved for private use (RFC 6761 section 6.3).',
    );
  });
});

describe('webhookUrlProblem with exceptions', () => {
  test('plain HTTP is fine where it is allowed, other schemes are not', () => {
    expect(webhookUrlProblem('http://hooks.acme.com/', LOOPBACK)).toBeUndefined();
    expect(webhookUrlProblem('ftp://hooks.acme.com/', LOOPBACK)).toBe('The URL must begin with https:// or http://.');
  });

  test('an address inside an allowed network is fine, one outside is not', () => {
    expect(webhookUrlProblem('http://127.0.0.1:3000/', LOOPBACK)).toBeUndefined();
    expect(webhookUrlProblem('https://10.1.2.3/', PRIVATE)).toBeUndefined();
    expect(webhookUrlProblem('https://192.168.1.1/', PRIVATE)).toBe('The address 192.168.1.1 is not public.');
  });

  test('localhost is fine once loopback is allowed, and only then', () => {
    expect(webhookUrlProblem('http://localhost:3000/', LOOPBACK)).toBeUndefined();
    expect(webhookUrlProblem('http://api.localhost:3000/', LOOPBACK)).toBeUndefined();
    expect(webhookUrlProblem('https://localhost/', { ...PRIVATE, allowCidrs: ['::1/128'] })).toBeUndefined();
    expect(webhookUrlProblem('https://localhost/', PRIVATE)).toMatch(/reserved/);
  });

  test.each(['receiver', 'hooks.team.svc.cluster.local', 'hooks.corp', 'db.internal', 'hooks.test'])(
    'the private name %s is fine once any network is allowed',
    (host) => {
      expect(webhookUrlProblem(`https://${host}/`, PRIVATE)).toBeUndefined();
    },
  );

  test.each(['metadata.google.internal', 'metadata.goog', 'nothing.invalid', 'name.onion', 'name.alt'])(
    'nothing makes %s acceptable',
    (host) => {
      expect(webhookUrlProblem(`https://${host}/`, { ...LOOPBACK, allowCidrs: ['0.0.0.0/0', '::/0'] })).toMatch(
        /reserved/,
      );
    },
  );

  test("a malformed network is the caller's bug", () => {
    expect(() => webhookUrlProblem('https://acme.com/', { allowHttp: false, allowCidrs: ['10/8'] })).toThrow('"10/8"');
  });
});
