/**
 * Ports a web client must not connect to: a server there may execute the lines of an HTTP request as commands.
 * https://fetch.spec.whatwg.org/#port-blocking
 */
const FETCH_BLOCKED = [
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190],
  ...[5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080],
];

/** Stores with text commands that browsers do not block: Redis, its cluster bus and Sentinel, Memcached. */
const STORES = [6379, 16_379, 26_379, 11_211];

const BLOCKED: ReadonlySet<number> = new Set([...FETCH_BLOCKED, ...STORES]);

/** Why this port is refused, in one sentence; undefined if it is allowed. `port` as in a URL: empty is the default. */
export const portProblem = (port: string, allowed: readonly number[] = []): string | undefined =>
  port !== '' && BLOCKED.has(Number(port)) && !allowed.includes(Number(port))
    ? `The port ${port} is of another protocol and is refused.`
    : undefined;

/** Parses WEBHOOK_ALLOW_PORTS: ports separated by commas. Throws an error naming the first invalid entry. */
export function parsePorts(list: string): number[] {
  return list
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => {
      if (/^\d{1,5}$/.test(entry) && Number(entry) <= 65_535) return Number(entry);
      throw new Error(`not a port: ${JSON.stringify(entry)}`);
    });
}
