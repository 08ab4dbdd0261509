/** The outcome of rolling restarts. */
export interface RollingVerdict {
  restarts: number;
  /** Of the publisher. */
  requests: number;
  /** Events. */
  acknowledged: number;
  /** Answers to the publisher other than 202. */
  refused: number;
  /** Requests of the publisher whose connection failed or broke. */
  broken: number;
  /** Deliveries that never arrived, although they were acknowledged. */
  lost: number;
  /** Rings that the system itself says were too late. */
  expired: number;
  duplicated: number;
  stale: number;
}

/** The last line. */
export const rollingLine = (verdict: RollingVerdict): string =>
  Object.entries(verdict)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');

/** Whether no one noticed: neither the publisher nor a recipient. */
export const isUnnoticed = ({ refused, broken, lost, expired, duplicated, stale }: RollingVerdict): boolean =>
  refused + broken + lost + expired + duplicated + stale === 0;
