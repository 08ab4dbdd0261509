/** The data folder and addresses of a private server. */
export interface ServerLocation {
  /** Absolute path of the data folder. */
  folder: string;
  /** Absolute path of the Unix socket, which is always open, even with a port. */
  socket: string;
  /** A port on the loopback address, protected by a password. */
  tcp?: { port: number; password: string };
}

/**
 * The configuration of a private server: for its owner only, and acknowledging only what is on disk.
 * - `appendfsync always`: an answer means that the write has been synced; a crash loses nothing that was acknowledged.
 * - `noeviction`: queues are data, so a full server must refuse writes, not drop keys.
 * - `hash-max-listpack-*`: job and event hashes stay in their small form.
 * - `save ""`: the append-only file is the only persistence.
 * Source: redis.conf of Redis 7.0, https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
 */
export function redisConf({ folder, socket, tcp }: ServerLocation): string {
  const lines = [
    ['dir', folder],
    ['daemonize', 'no'],
    ['unixsocket', socket],
    ['unixsocketperm', '700'],
    ['port', String(tcp?.port ?? 0)],
    ['bind', '127.0.0.1'],
    ...(tcp ? [['requirepass', tcp.password]] : []),
    ['appendonly', 'yes'],
    ['appendfsync', 'always'],
    ['save', ''],
    ['maxmemory-policy', 'noeviction'],
    ['hash-max-listpack-value', '512'],
    ['hash-max-listpack-entries', '512'],
  ];
  return `${lines.map(([name, value]) => `${name} ${quote(value as string)}`).join('\n')}\n`;
}

function quote(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/**
 * The server's address, as `new Redis(url)` of ioredis and our REDIS_URL take it. A socket becomes a URL with a `path`,
 * which ioredis prefers to the host. The host can never exist (RFC 2606), so that a client which ignores `path` fails
 * to connect instead of reaching another Redis on localhost:6379.
 */
export function redisUrl({ socket, tcp }: ServerLocation): string {
  if (tcp) return `redis://:${tcp.password}@127.0.0.1:${tcp.port}`;
  return `redis://unix-socket.invalid/?path=${encodeURIComponent(socket).replaceAll('%2F', '/')}`;
}
