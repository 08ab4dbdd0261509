import { useRefreshing } from '../api/live.tsx';
import { Icon } from '../components/icon.tsx';

/** Stops pages from refreshing themselves, to read on in peace. */
export function PauseButton() {
  const { paused, setPaused } = useRefreshing();
  return (
    <button type="button" className="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
      <Icon name={paused ? 'play' : 'pause'} size={15} /> {paused ? 'Refresh' : 'Pause refresh'}
    </button>
  );
}
