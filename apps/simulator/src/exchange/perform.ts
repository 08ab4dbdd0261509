import type { Cut, Exchange, Reply } from './exchange.ts';

/** How a request ended: the status it was answered with, or without an answer (`abandoned`: the caller left first). */
export type Fate = number | 'hung' | 'reset' | 'abandoned';

/** In which way an answer is given, or not. */
export interface Manner {
  /** Wait before answering, or before cutting. */
  latencyMs?: number | undefined;
  /** Never answer; the connection stays open. */
  hang?: boolean | undefined;
  /** Cut instead of answering. */
  cut?: Cut | undefined;
  /** The connection's last answer, with these words to say so. */
  last?: string | undefined;
}

/** Answers in a manner, now or after its latency. Calls `settled` once, with how it ended. */
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
  exchange.send(reply, manner.last);
  return reply.status;
}
