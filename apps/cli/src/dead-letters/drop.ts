import type { DeadLetterSelection } from '@fanfare/client';
import { type Operator, report } from '../operator/operator.ts';

/** `fanfare dead-letters drop`. */
export async function drop(operator: Operator, selection: DeadLetterSelection): Promise<number> {
  const result = await (await operator.app()).dropDeadLetters(selection);
  report(operator, result, () => [`${result.dropped.toLocaleString('en')} dropped`]);
  return 0;
}
