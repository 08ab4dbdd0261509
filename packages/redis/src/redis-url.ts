/** Where Redis runs, as a URL says. */
type RedisTarget = { kind: 'server'; at: Address } | { kind: 'socket'; path: string } | Sentinels | Nodes;

/** A host and port. */
export interface Address {
  host: string;
  port: number;
}

/** Sentinels that know the address of the primary called `name`. */
interface Sentinels {
  kind: 'sentinel';
  sentinels: Address[];
  name: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
}

/** Some nodes of a Redis Cluster, which know the others. */
interface Nodes {
  kind: 'cluster';
  nodes: Address[];
}

/** A parsed URL of Redis. */
export interface RedisUrl {
  target: RedisTarget;
  username?: string;
  password?: string;
  /** The number of the database. */
  db: number;
  /** Paths of PEM files, and the name in the server's certificate if it is not its host's; undefined without TLS. */
  tls?: { ca?: string; cert?: string; key?: string; servername?: string };
}

const SCHEMES = ['redis:', 'rediss:', 'redis+sentinel:', 'rediss+sentinel:'];
const TLS_PARAMETERS = ['ca', 'cert', 'key', 'servername'] as const;
const SENTINEL_PARAMETERS = ['name', 'sentinelUsername', 'sentinelPassword'] as const;
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * Parses a URL of Redis: `redis://` or `rediss://` (TLS) for one server, several of them separated by commas for a
 * cluster, `redis+sentinel://` or `rediss+sentinel://` with several hosts for Sentinel. The scheme, user and password
 * of the first apply to all of a list, and so do the parameters, wherever they are.
 *
 * @throws Error that says what is wrong, without repeating the URL, which may contain a password.
 */
export function parseRedisUrl(text: string): RedisUrl {
  const urls = urlsIn(text);
  const first = urls[0] as URL;
  const parameters = new Map(urls.flatMap(({ searchParams }) => [...searchParams]));
  const isSentinel = first.protocol.endsWith('+sentinel:');
  const hasTls = first.protocol.startsWith('rediss');
  const known = [...(hasTls ? TLS_PARAMETERS : []), ...(isSentinel ? SENTINEL_PARAMETERS : ['path'])];
  for (const name of parameters.keys()) {
    if (!known.includes(name as never)) throw new Error(`the parameter ${name} is not known; known: ${known}`);
  }
  const db = databaseOf(urls);
  const target = isSentinel ? sentinelsOf(urls, parameters) : serversOf(urls, parameters);
  if (target.kind === 'cluster' && db !== 0) throw new Error('a cluster has only database 0');
  return {
    target,
    db,
    ...(first.username ? { username: decodeURIComponent(first.username) } : {}),
    ...(first.password ? { password: decodeURIComponent(first.password) } : {}),
    ...(hasTls ? { tls: pick(parameters, TLS_PARAMETERS) } : {}),
  };
}

function urlsIn(text: string): URL[] {
  const [first = '', ...others] = text.trim().split(',');
  const scheme = /^[a-z+]+:/i.exec(first)?.[0].toLowerCase();
  if (!scheme || !SCHEMES.includes(scheme)) {
    throw new Error('expected redis://, rediss://, redis+sentinel:// or rediss+sentinel://');
  }
  return [first, ...others].map((part) => {
    const whole = part.includes('://') ? part : `${scheme}//${part}`;
    if (!URL.canParse(whole) || whole.includes('#'))
      throw new Error('expected hosts and ports; a password must be percent-encoded');
    const url = new URL(whole);
    if (url.protocol !== scheme) throw new Error('the servers of a list must have the same scheme');
    return url;
  });
}

function serversOf(urls: readonly URL[], parameters: ReadonlyMap<string, string>): RedisTarget {
  const path = parameters.get('path');
  if (path !== undefined) return { kind: 'socket', path };
  const nodes = urls.map((url) => addressOf(url, REDIS_PORT));
  return nodes.length === 1 ? { kind: 'server', at: nodes[0] as Address } : { kind: 'cluster', nodes };
}

function sentinelsOf(urls: readonly URL[], parameters: ReadonlyMap<string, string>): Sentinels {
  const { name, ...credentials } = pick(parameters, SENTINEL_PARAMETERS);
  if (!name) throw new Error('Sentinel needs ?name= with the name of the primary');
  return { kind: 'sentinel', sentinels: urls.map((url) => addressOf(url, SENTINEL_PORT)), name, ...credentials };
}

function addressOf({ hostname, port }: URL, usual: number): Address {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost', port: Number(port) || usual };
}

function databaseOf(urls: readonly URL[]): number {
  const path = urls.map(({ pathname }) => pathname.slice(1)).find((part) => part !== '') ?? '0';
  if (!/^\d{1,4}$/.test(path)) throw new Error('expected the number of a database after the host');
  return Number(path);
}

function pick<Name extends string>(
  parameters: ReadonlyMap<string, string>,
  names: readonly Name[],
): { [K in Name]?: string } {
  const entries = names.flatMap((name) => (parameters.has(name) ? [[name, parameters.get(name)]] : []));
  return Object.fromEntries(entries);
}
