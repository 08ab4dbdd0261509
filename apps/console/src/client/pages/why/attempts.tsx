import type { RecipientTrace } from '@fanfare/client';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { Outcome } from '../../components/outcome.tsx';
import { Time } from '../../components/time.tsx';
import { inSentence, wordOf } from '../../format/outcomes.ts';
import { targetName } from '../../format/words.ts';

/** As many as the API keeps. */
const LATEST = 500;

/** What was sent where, and what the providers said. How long each took is known of the latest attempts. */
export function Attempts({ app, trace }: { app: string; trace: RecipientTrace }) {
  const latest = useLive(queries.outcomes(app, LATEST)).data?.data ?? [];
  const own = latest.filter(({ eventId, uid }) => eventId === trace.eventId && uid === trace.uid);
  if (trace.targets.length === 0) return <p className="quiet">Nothing was sent to this user.</p>;
  return (
    <ul className="stack">
      {trace.targets.map((target) => {
        const isAlike = (one: { provider?: string; platform?: string }) =>
          one.provider === target.provider && one.platform === target.platform;
        // An outcome does not name its device: with two alike it could be that of either.
        const timed = trace.targets.filter(isAlike).length === 1 ? own.filter(isAlike) : [];
        return (
          <li key={`${target.provider}${target.deviceId}`} className="target">
            <div className="card-head">
              <strong>{targetName(target)}</strong>
              <Outcome outcome={target.state} />
            </div>
            {target.deviceId && <code className="quiet">{target.deviceId}</code>}
            <ol className="attempts">
              {target.attempts.map(({ at, outcome, reason, detail }, i) => {
                const known = timed.find(({ attempt }) => attempt === i + 1);
                const when = at ?? known?.at;
                return (
                  <li key={`${when}${outcome}`}>
                    <span className="quiet">{i + 1}.</span>
                    <span>
                      {wordOf(outcome)}
                      {reason && <>: {inSentence(reason)}</>}
                      {detail && <q className="words">{detail}</q>}
                    </span>
                    <span className="quiet number">
                      {known && `${known.durationMs} ms `}
                      {when !== undefined && <Time at={when} />}
                    </span>
                  </li>
                );
              })}
            </ol>
          </li>
        );
      })}
    </ul>
  );
}
