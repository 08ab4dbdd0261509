import { isIP } from 'node:net';
import { type AddressCheck, addressCheck } from './addresses.ts';
import { portProblem } from './ports.ts';
import { reservedNameProblem } from './reserved-names.ts';

/** What webhooks may reach beyond HTTPS to public addresses; widened for development and private networks only. */
export interface AddressPolicy {
  /** WEBHOOK_ALLOW_HTTP: plain `http://` URLs are accepted as well. */
  allowHttp: boolean;
  /** WEBHOOK_ALLOW_CIDRS, as returned by `parseCidrs`: non-public networks that may be reached. */
  allowCidrs: readonly string[];
  /** WEBHOOK_ALLOW_PORTS: ports of other protocols that may be called all the same. None by default. */
  allowPorts?: readonly number[];
}

/** The two halves of the protection against requests into our own network (SSRF), for one policy. */
export interface Guard {
  /** Why this URL may not be called, as one sentence; undefined when it may. Names no secret and resolves nothing. */
  urlProblem(url: string): string | undefined;
  /** To be called for every address a host name resolves to, just before the connection. */
  allows: AddressCheck;
}

/** Throws when an entry of `allowCidrs` is not a network. */
export function createGuard({ allowHttp, allowCidrs, allowPorts }: AddressPolicy): Guard {
  const allows = addressCheck(allowCidrs);
  const inAllowedNetwork = allowCidrs.length > 0;
  const networks = { any: inAllowedNetwork, loopback: allows('127.0.0.1') || allows('::1') };

  const hostProblem = (hostname: string): string | undefined => {
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
    if (isIP(host) === 0) return reservedNameProblem(host, networks);
    return allows(host) ? undefined : `The address ${host} is not public.`;
  };
  const urlProblem = (text: string): string | undefined => {
    if (!URL.canParse(text)) return 'The URL cannot be read.';
    const url = new URL(text);
    return formProblem(url, allowHttp) ?? portProblem(url.port, allowPorts) ?? hostProblem(url.hostname);
  };
  return { urlProblem, allows };
}

/** What is wrong with the URL regardless of its host: the scheme, or a user name and password inside it. */
function formProblem({ protocol, username, password }: URL, allowHttp: boolean): string | undefined {
  if (protocol !== 'https:' && !(allowHttp && protocol === 'http:')) {
    return `The URL must begin with https://${allowHttp ? ' or http://' : ''}.`;
  }
  if (username !== '' || password !== '') {
    return 'The URL must not contain a user name or a password; configure Basic authentication instead.';
  }
  return undefined;
}

/**
 * Why a webhook's URL is refused at configuration (one sentence that names no secret), or undefined when it is fine:
 * HTTPS, not a port of another protocol, no user name or password inside, not a reserved name, and if the host is an IP
 * address, a public one in any notation (the URL parser turns `0x7f.1` into 127.0.0.1). `policy` widens this. Names are
 * not resolved here: the address is checked at every connect. Throws when `policy.allowCidrs` is malformed.
 */
export function webhookUrlProblem(url: string, policy: AddressPolicy): string | undefined {
  return createGuard(policy).urlProblem(url);
}
