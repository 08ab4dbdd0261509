/** What `WEBHOOK_ALLOW_CIDRS` must contain for a reserved name to be accepted at configuration. */
type AllowedWith = 'loopback' | 'any network' | 'nothing';

interface ReservedName {
  /** This name and every name below it. */
  name: string;
  /** The source that reserves the name. */
  source: string;
  allowedWith: AllowedWith;
}

/**
 * Names that never mean a public endpoint. Refusing them early gives the operator a clear answer; the actual protection
 * is the address check at connect. The first match decides.
 *
 * `example` is absent: RFC 6761 section 6.5 asks software not to treat it as special, and it never resolves anyway.
 */
const RESERVED_NAMES: readonly ReservedName[] = [
  {
    name: 'metadata.google.internal',
    source: 'https://cloud.google.com/compute/docs/metadata/overview',
    allowedWith: 'nothing',
  },
  { name: 'metadata.goog', source: 'https://cloud.google.com/compute/docs/metadata/overview', allowedWith: 'nothing' },
  { name: 'invalid', source: 'RFC 6761 section 6.4', allowedWith: 'nothing' },
  { name: 'onion', source: 'RFC 7686', allowedWith: 'nothing' },
  { name: 'alt', source: 'RFC 9476', allowedWith: 'nothing' },
  { name: 'localhost', source: 'RFC 6761 section 6.3', allowedWith: 'loopback' },
  { name: 'localdomain', source: 'hosts(5), by custom', allowedWith: 'any network' },
  { name: 'test', source: 'RFC 6761 section 6.2', allowedWith: 'any network' },
  { name: 'local', source: 'RFC 6762 section 3', allowedWith: 'any network' },
  { name: 'home.arpa', source: 'RFC 8375', allowedWith: 'any network' },
  ...['internal', 'intranet', 'private', 'corp', 'home', 'lan'].map(
    (name): ReservedName => ({ name, source: 'RFC 6762 appendix G', allowedWith: 'any network' }),
  ),
];

/** A name without a dot is looked up in the machine's own search domains: RFC 7085 section 2. */
const SINGLE_LABEL: Omit<ReservedName, 'name'> = { source: 'RFC 7085', allowedWith: 'any network' };

/** The networks webhooks may reach in addition to the public ones. */
export interface AllowedNetworks {
  any: boolean;
  loopback: boolean;
}

/**
 * Why this host name (lower case, no trailing dot, no IP address) is refused at configuration; undefined when it is
 * not.
 */
export function reservedNameProblem(host: string, networks: AllowedNetworks): string | undefined {
  const reserved =
    RESERVED_NAMES.find(({ name }) => host === name || host.endsWith(`.${name}`)) ??
    (host.includes('.') ? undefined : SINGLE_LABEL);
  if (reserved === undefined || isAllowed(reserved.allowedWith, networks)) return undefined;
  return `The host name ${host} is reserved for private use (${reserved.source}).`;
}

function isAllowed(allowedWith: AllowedWith, networks: AllowedNetworks): boolean {
  switch (allowedWith) {
    case 'loopback':
      return networks.loopback;
    case 'any network':
      return networks.any;
    case 'nothing':
      return false;
  }
}
