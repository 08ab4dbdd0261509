import { createServer } from 'node:http';
import { type Address, listen } from '@fanfare/runtime';
import { DevError } from './terminal.ts';

/** How far to look for a free port. */
const REACH = 100;

/**
 * The first free port for each from the one it wishes for on; no two get the same. 0 wishes for any.
 * The ports are free now: nothing holds them until somebody listens.
 *
 * @throws DevError when none is free, or none may be listened on.
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
  throw new DevError(`no port is free on ${host} from ${wish} on`);
}

/** Undefined when somebody else has it. */
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
