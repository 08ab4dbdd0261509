import { ErrorNotice } from '../../components/error-notice.tsx';
import { count } from '../../format/number.ts';
import type { Run } from './runs.tsx';

interface RunNoticeProps {
  run: Run;
  onStop: () => void;
  onClose: () => void;
}

/** How far a replay or a drop is, with a button to stop it. */
export function RunNotice({ run: { doing, progress, error, isRunning }, onStop, onClose }: RunNoticeProps) {
  const { done = 0, skipped = 0, total, state } = progress ?? {};
  const words = [
    isRunning ? `${doing}…` : `${doing}: ${state === 'stopped' ? 'stopped' : state === 'failed' ? 'failed' : 'done'}`,
    total === undefined ? `${count(done)} so far` : `${count(done)} of ${count(total)}`,
    ...(skipped > 0 ? [`${count(skipped)} skipped: their event has expired, or they were gone`] : []),
  ].join(' · ');
  return (
    <section
      className={`notice stack ${isRunning ? '' : state === 'failed' || error ? 'late' : 'good'}`}
      aria-label={doing}
    >
      <div className="row">
        <p role="status">{words}</p>
        {isRunning ? (
          <button type="button" className="button small" onClick={onStop}>
            Stop
          </button>
        ) : (
          <button type="button" className="button small" onClick={onClose}>
            Close
          </button>
        )}
      </div>
      {isRunning && (
        <progress aria-label={doing} max={total ?? 1} {...(total === undefined ? {} : { value: done + skipped })} />
      )}
      {error !== undefined && <ErrorNotice error={error} />}
    </section>
  );
}
