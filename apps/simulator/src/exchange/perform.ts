import type { Cut, Exchange, Farewell, Reply } from './exchange.ts';

/**
 * How a request ended: the status of the answer, or why there was none (`abandoned`: the caller disconnected first).
 */
export type Fate = number | 'hung' | 'reset' | 'abandoned';

/** How to give an answer, if at all. */
export interface Manner {
  /** Delay before the answer or the cut. */
  latencyMs?: number | undefined;
  /** Never answer; the connection stays open. */
  hang?: boolean | undefined;
  /** Cut instead of answering. */
  cut?: Cut | undefined;
  /** Cut in the middle of the answer. */
  truncate?: boolean | undefined;
  /** Makes this the connection's last answer. */
  last?: Farewell | undefined;
}

/** Answers in this manner, now or after its latency. Calls `settled` once, with the result. */
export function perform(
  exchange: Exchange,
  { reply, manner }: { reply: Reply; manner: Manner },
  settled: (fate: Fate) => void,
): void {
  if (!manner.latencyMs) {
    settled(finish(exchange, reply, manner));
    return;
  }
  const timer = setTimeout(() => {
    stopListening();
    settled(finish(exchange, reply, manner));
  }, manner.latencyMs);
  const stopListening = exchange.onClose(() => {
    clearTimeout(timer);
    settled('abandoned');
  });
}

function finish(exchange: Exchange, reply: Reply, manner: Manner): Fate {
  if (manner.hang) return 'hung';
  if (exchange.gone) return 'abandoned';
  if (manner.cut) {
    exchange.cut(manner.cut);
    return 'reset';
  }
  if (manner.truncate) {
    exchange.truncate(reply);
    return 'reset';
  }
  exchange.send(reply, manner.last);
  return reply.status;
}
