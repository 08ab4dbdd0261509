import { createContext, useContext } from 'react';
import type { Settings } from '../../api/settings-types.ts';
import { Field } from '../../components/field.tsx';
import { valueAt } from './changes.ts';
import type { Option } from './setting-words.ts';

/** The settings as they are being edited. */
export interface Editing {
  draft: Settings;
  canEdit: boolean;
  set: (path: readonly string[], value: unknown) => void;
  /** What the API said is wrong with a value when it was saved. */
  problemAt: (path: readonly string[]) => string | undefined;
}

export const EditingContext = createContext<Editing | undefined>(undefined);

export const useEditing = (): Editing => useContext(EditingContext) as Editing;

interface AtPath {
  path: readonly string[];
  label: string;
}

/** A yes or no. */
export function Switch({ path, label }: AtPath) {
  const { draft, set, canEdit } = useEditing();
  return (
    <label className="check">
      <input
        type="checkbox"
        disabled={!canEdit}
        checked={valueAt(draft, path) === true}
        onChange={({ target }) => set(path, target.checked)}
      />
      {label}
    </label>
  );
}

/** One of some numbers, by their words. The label may be hidden where the row says it. */
export function Choice({ path, label, options }: AtPath & { options: readonly Option[] }) {
  const { draft, set, canEdit } = useEditing();
  return (
    <select
      aria-label={label}
      disabled={!canEdit}
      value={String(valueAt(draft, path))}
      onChange={({ target }) => set(path, Number(target.value))}
    >
      {options.map(({ value, label: words }) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}

/** A line of text; empty is the default. */
export function TextSetting({ path, label, hint }: AtPath & { hint?: string }) {
  const { draft, set, canEdit, problemAt } = useEditing();
  return (
    <Field label={label} problem={problemAt(path)} {...(hint === undefined ? {} : { hint })}>
      {(input) => (
        <input
          {...input}
          disabled={!canEdit}
          value={String(valueAt(draft, path) ?? '')}
          onChange={({ target }) => set(path, target.value === '' ? undefined : target.value)}
        />
      )}
    </Field>
  );
}

interface NumberSettingProps extends AtPath {
  /** The number stored for one shown, e.g. 1000 for seconds. */
  unit?: number;
  placeholder?: string;
  hint?: string;
}

/** A number; empty is the default. */
export function NumberSetting({ path, label, unit = 1, placeholder, hint }: NumberSettingProps) {
  const { draft, set, canEdit, problemAt } = useEditing();
  const value = valueAt(draft, path);
  return (
    <Field label={label} problem={problemAt(path)} {...(hint === undefined ? {} : { hint })}>
      {(input) => (
        <input
          {...input}
          type="number"
          min="0"
          disabled={!canEdit}
          placeholder={placeholder}
          value={typeof value === 'number' ? value / unit : ''}
          onChange={({ target }) => set(path, target.value === '' ? undefined : Number(target.value) * unit)}
        />
      )}
    </Field>
  );
}
