/** The errors of ioredis and Redis when the server cannot take a command now but may later. */
const AWAY = new RegExp(
  [
    '^(LOADING|BUSY |READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF)',
    'ECONN|ENOENT|EPIPE|ETIMEDOUT',
    "Connection is closed|Stream isn't writeable|Command timed out|max retries per request",
    // Of a cluster or Sentinel; the last, while slots move to another node.
    "Too many Cluster redirections|Cluster isn't ready|startup nodes|Failed to refresh slots|sentinels are unreachable",
    'same slots allocation group',
  ].join('|'),
  'i',
);

/** Whether an error means that Redis is temporarily down, or full. Undefined: neither. */
export function redisTrouble(error: unknown): 'away' | 'full' | undefined {
  if (!(error instanceof Error)) return undefined;
  // For a refused transaction, its first command has the reason.
  const { message } = (error as { previousErrors?: Error[] }).previousErrors?.[0] ?? error;
  if (message.startsWith('OOM')) return 'full';
  return AWAY.test(message) ? 'away' : undefined;
}
