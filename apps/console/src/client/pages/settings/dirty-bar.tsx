import { Confirm } from '../../components/confirm.tsx';
import { countOf } from '../../format/number.ts';
import type { Change } from './changes.ts';
import { pathWords } from './setting-words.ts';

interface DirtyBarProps {
  changes: readonly Change[];
  onDiscard: () => void;
  onSave: () => Promise<unknown>;
}

/** Says that there are changes to save, and shows each before it is saved. */
export function DirtyBar({ changes, onDiscard, onSave }: DirtyBarProps) {
  const words = countOf(changes.length, 'change');
  return (
    <section className="dirty-bar" aria-label="Changes">
      <p role="status">
        <strong>{words}</strong>, not saved yet
      </p>
      <div className="row">
        <button type="button" className="button" onClick={onDiscard}>
          Discard
        </button>
        <Confirm label="Review and save" title={`Save ${words}?`} action={`Save ${words}`} onConfirm={onSave}>
          <ul className="diff">
            {changes.map(({ path, before, after }) => (
              <li key={path.join()}>
                <p className="quiet">{pathWords(path)}</p>
                <p>
                  <del>{shown(before)}</del> <ins>{shown(after)}</ins>
                </p>
              </li>
            ))}
          </ul>
        </Confirm>
      </div>
    </section>
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'the default';
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (name, inside) => (name === 'secret' ? '…' : inside));
}
