/** What ioredis and Redis say when the server cannot take a command now but may later. */
const AWAY =
  /^(LOADING|BUSY |READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF)|ECONN|ENOENT|EPIPE|ETIMEDOUT|Connection is closed|Stream isn't writeable|Command timed out|max retries per request/i;

/** Whether an error means that Redis is away for now, or full. Undefined: it means something else. */
export function redisTrouble(error: unknown): 'away' | 'full' | undefined {
  if (!(error instanceof Error)) return undefined;
  // Of a transaction that was refused, its first command tells why.
  const { message } = (error as { previousErrors?: Error[] }).previousErrors?.[0] ?? error;
  if (message.startsWith('OOM')) return 'full';
  return AWAY.test(message) ? 'away' : undefined;
}
