/** The outcome of a drill. */
export interface Verdict {
  /** Deliveries that never arrived, although they were acknowledged and their deadline had time. */
  lost: number;
  duplicated: number;
  stale: number;
  /** kill -9 of processes of ours and of Redis. */
  kills: number;
  /** The longest time from the end of a fault until all that was acknowledged before had arrived; undefined: never. */
  recoveredS: number | undefined;
}

/** The last line. */
export const verdictLine = ({ lost, duplicated, stale, kills, recoveredS }: Verdict): string =>
  `lost=${lost} duplicated=${duplicated} stale=${stale} kills=${kills} recovered_s=${recoveredS?.toFixed(1) ?? 'never'}`;

/** A killed process may have sent what it had in flight without recording the answer: only that may be sent again. */
export const isGood = ({ lost, duplicated, stale, kills }: Verdict, inFlight: number): boolean =>
  lost === 0 && stale === 0 && duplicated <= inFlight * kills;
