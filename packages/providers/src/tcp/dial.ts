import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';

/** All addresses of a host name. Rejects with a `code` (`ENOTFOUND`, `EAI_AGAIN`, …) when there is none. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** The system's resolver: hosts file, search domains and all. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** Set by the operating system, so that a silently dead connection is detected. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000 };

/** The host and port to connect to. */
export interface Destination {
  /** A name, or an IP address with or without brackets. */
  host: string;
  port: number;
}

/** Between the starts of two attempts: https://www.rfc-editor.org/rfc/rfc8305#section-5 */
const ATTEMPT_DELAY_MS = 250;

/**
 * Opens a TCP connection to the address of a host that answers first. Attempts start 250 ms apart, or as soon as one
 * has failed, and run in parallel until the signal aborts (RFC 8305): Node's own `autoSelectFamily` gives up each after
 * 250 ms, which loses a slow address when the others cannot be reached. Rejects with the last attempt's error, or the
 * signal's reason.
 */
export async function dial(
  { host, port }: Destination,
  { resolve = systemResolve, signal }: { resolve?: Resolve | undefined; signal: AbortSignal },
): Promise<Socket> {
  const name = host.replace(/^\[|\]$/g, '');
  const family = isIP(name);
  const addresses = family === 0 ? await orAborted(resolve(name), signal) : [{ address: name, family }];
  const attempts = new Race(port, interleaved(addresses));
  try {
    return await orAborted(attempts.run(), signal);
  } finally {
    attempts.end();
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The two families alternating, the resolver's first choice first: https://www.rfc-editor.org/rfc/rfc8305#section-4 */
function interleaved(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const pairs = Array.from({ length: Math.max(first.length, others.length) }, (_, i) => [first[i], others[i]]);
  return pairs.flat().filter((address) => address !== undefined);
}

/** Parallel attempts, of which the first to connect wins. */
class Race {
  readonly #port: number;
  readonly #waiting: LookupAddress[];
  readonly #running = new Set<Socket>();
  #next: NodeJS.Timeout | undefined;
  #resolve: (winner: Socket) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(port: number, addresses: LookupAddress[]) {
    this.#port = port;
    this.#waiting = addresses;
  }

  run(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#start(Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' }));
    });
  }

  /** Ends the attempts that have not won. */
  end(): void {
    clearTimeout(this.#next);
    this.#waiting.length = 0;
    for (const socket of this.#running) socket.destroy();
  }

  /** Starts the next attempt; with none left and none running, fails with `error`. */
  #start(error?: Error): void {
    clearTimeout(this.#next);
    const address = this.#waiting.shift();
    if (address === undefined) {
      if (error !== undefined && this.#running.size === 0) this.#reject(error);
      return;
    }
    const socket = connect({ host: address.address, port: this.#port, noDelay: true, ...KEEP_ALIVE });
    const failed = (cause: Error): void => {
      this.#running.delete(socket);
      this.#start(cause);
    };
    this.#running.add(socket);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.#running.delete(socket);
      this.#resolve(socket);
    });
    this.#next = setTimeout(() => this.#start(), ATTEMPT_DELAY_MS);
  }
}
