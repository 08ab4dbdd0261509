import type { RecipientTrace } from '@fanfare/client';
import { Icon } from '../../components/icon.tsx';
import { wordOf } from '../../format/outcomes.ts';
import { ladderOf, type Rung } from './ladder.ts';

const MARKS = { yes: 'check', no: 'cross', skipped: undefined, open: undefined } as const;
const WORDS: Record<Rung['answer'], string> = {
  yes: 'yes',
  no: 'no',
  skipped: 'not asked',
  open: 'not known',
};

/** The decision as a ladder, with the rung that said no. */
export function Ladder({ trace }: { trace: Pick<RecipientTrace, 'decision' | 'reason' | 'detail'> }) {
  return (
    <ol className="ladder">
      {ladderOf(trace).map(({ title, question, answer }) => {
        const mark = MARKS[answer];
        return (
          <li key={title} className={answer}>
            <span className="step-mark">{mark && <Icon name={mark} size={16} />}</span>
            <div>
              <strong>{title}</strong> <span className="quiet">{question}</span>
              {answer === 'no' && trace.reason && (
                <p className="ladder-reason">
                  {wordOf(trace.reason)}
                  {trace.detail && <code> {trace.detail}</code>}
                </p>
              )}
            </div>
            <span className="ladder-answer">{WORDS[answer]}</span>
          </li>
        );
      })}
    </ol>
  );
}
