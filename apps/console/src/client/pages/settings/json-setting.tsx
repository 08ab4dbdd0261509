import { useState } from 'react';
import { Field } from '../../components/field.tsx';
import { valueAt } from './changes.ts';
import { useEditing } from './controls.tsx';
import { jsonOf, textOf } from './json-text.ts';

interface JsonSettingProps {
  path: readonly string[];
  label: string;
  hint: string;
}

/** An object, written as JSON. What is no JSON stays a text, which the API refuses. */
export function JsonSetting({ path, label, hint }: JsonSettingProps) {
  const { draft, set, canEdit, problemAt } = useEditing();
  const value = valueAt(draft, path);
  const [typed, setTyped] = useState('');
  // As it was typed, until something else is in the draft, such as after "Discard".
  const text = JSON.stringify(jsonOf(typed)) === JSON.stringify(value) ? typed : textOf(value);
  const problem = problemAt(path) ?? (typeof value === 'string' ? 'This is not JSON.' : undefined);
  return (
    <Field label={label} problem={problem} hint={hint}>
      {(input) => (
        <textarea
          {...input}
          className="mono"
          rows={5}
          spellCheck={false}
          disabled={!canEdit}
          value={text}
          onChange={({ target }) => {
            setTyped(target.value);
            set(path, jsonOf(target.value));
          }}
        />
      )}
    </Field>
  );
}
