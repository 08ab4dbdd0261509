import { createServer } from 'node:http';
import { type Address, listen } from '@fanfare/runtime';
import { DevError } from '../terminal.ts';

/** How many ports to try. */
const REACH = 100;

/**
 * Finds a free port for each name, starting at the preferred one (0: any port); no two are the same. A port may be
 * taken again before its owner listens on it.
 *
 * @throws DevError if none is free, or the address cannot be listened on.
 */
export async function freePorts<Name extends string>(wishes: Record<Name, Address>): Promise<Record<Name, number>> {
  const given = new Map<string, number>();
  for (const [name, wish] of Object.entries<Address>(wishes)) {
    given.set(name, await freePort(wish, [...given.values()]));
  }
  return Object.fromEntries(given) as Record<Name, number>;
}

async function freePort({ host, port: wish }: Address, given: readonly number[]): Promise<number> {
  for (let port = wish; port < Math.min(wish + REACH, 65_536); port++) {
    const found = await tryPort({ host, port });
    if (found !== undefined && !given.includes(found)) return found;
  }
  throw new DevError(`no free port on ${host} from ${wish}`);
}

/** Undefined if the port is taken. */
async function tryPort(address: Address): Promise<number | undefined> {
  try {
    const listening = await listen(createServer(), address);
    await listening.close();
    return listening.port;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return undefined;
    throw new DevError(message);
  }
}
