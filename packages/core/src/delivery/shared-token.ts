/** A token with which all processes of a fleet use one credential. Times in epoch ms. */
export interface SharedToken {
  /** Identifies this token among those of its credential, without revealing it. */
  generation: string;
  /** The secret. */
  value: string;
  /** From then on a successor is fetched. */
  useUntil: number;
  /** Until then it may be used while another process fetches the successor. */
  expiresAt: number;
  /** Unless it expires, no successor is fetched before this, not even when the push service refuses the token. */
  heldUntil: number;
}

/** The answer to a claim. */
export type TokenClaim =
  | { kind: 'token'; token: SharedToken }
  /** This process is to fetch one, and to `publish` it or `abandon` the lease. */
  | { kind: 'fetch'; lease: string }
  /** Another process is fetching one. */
  | { kind: 'busy' }
  /** There is one, but this process lacks the key that decrypts it. */
  | { kind: 'unreadable' };

/**
 * Where the processes of a fleet share tokens, by the name of their credential. At most one process at a time fetches a
 * successor; its lease ends by itself, so a process that dies is replaced.
 */
export interface TokenStore {
  /** The token to use. `refused`: the generation that the push service no longer accepts. */
  claim(name: string, now: number, refused?: string): Promise<TokenClaim>;
  /** Shares a token and ends the lease. False, and nothing is shared, if the lease had ended. */
  publish(name: string, lease: string, token: SharedToken, now: number): Promise<boolean>;
  /** Ends a lease without a token. */
  abandon(name: string, lease: string): Promise<void>;
  /** Replaces the times of a token, if it still is the one that is shared. */
  extend(name: string, token: SharedToken): Promise<void>;
}
