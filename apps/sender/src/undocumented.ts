import type { UndocumentedAnswer } from '@fanfare/providers';
import type { Logger } from '@fanfare/runtime';

/** Answers remembered; a service has few codes. */
const MOST = 1000;

/** Logs each answer that no error table has once per process, so that the table can be completed. */
export function logOnce(log: Logger): (answer: UndocumentedAnswer) => void {
  const seen = new Set<string>();
  return (answer) => {
    const name = `${answer.provider} ${answer.status} ${answer.word ?? ''}`;
    if (seen.has(name) || seen.size >= MOST) return;
    seen.add(name);
    log.warn(answer, 'provider.undocumented_answer');
  };
}
