import { useId } from 'react';
import { Segments } from '../../components/segments.tsx';
import { type Draft, KINDS } from './draft.ts';

interface DraftFormProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** The fields of an event. */
export function DraftForm({ draft, onChange }: DraftFormProps) {
  const { kind, to } = draft;
  const set = (changes: Partial<Draft>) => onChange({ ...draft, ...changes });
  return (
    <div className="form-grid">
      <div className="wide">
        <Segments
          label="Kind of event"
          options={(Object.keys(KINDS) as Draft['kind'][]).map((value) => ({ value, label: KINDS[value] }))}
          chosen={kind}
          onChoose={(value) => set({ kind: value })}
        />
      </div>
      <TextField label="From (uid)" value={draft.sender} onText={(sender) => set({ sender })} />
      <Choice
        label="To"
        value={to}
        options={{ user: 'A user', group: 'A group' }}
        onChoose={(value) => set({ to: value })}
      />
      <TextField label={to === 'user' ? 'uid' : 'guid'} value={draft.id} onText={(id) => set({ id })} />
      {kind === 'message' && <TextField label="Text" isWide value={draft.text} onText={(text) => set({ text })} />}
      {kind === 'reaction' && (
        <>
          <TextField label="Reaction" value={draft.emoji} onText={(emoji) => set({ emoji })} />
          <TextField label="To message (id)" value={draft.messageId} onText={(messageId) => set({ messageId })} />
        </>
      )}
      {(kind === 'call' || kind === 'cancel') && (
        <Choice
          label="Call"
          value={draft.call}
          options={{ audio: 'Audio', video: 'Video' }}
          onChoose={(call) => set({ call })}
        />
      )}
      {kind === 'cancel' && (
        <TextField label="Session of the call" value={draft.sessionId} onText={(sessionId) => set({ sessionId })} />
      )}
    </div>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  isWide?: boolean;
  onText: (text: string) => void;
}

function TextField({ label, value, isWide = false, onText }: TextFieldProps) {
  const id = useId();
  return (
    <div className={isWide ? 'field wide' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input id={id} value={value} autoComplete="off" onChange={({ target }) => onText(target.value)} />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: Record<T, string>;
  onChoose: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChoose }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChoose(target.value as T)}>
        {(Object.keys(options) as T[]).map((option) => (
          <option key={option} value={option}>
            {options[option]}
          </option>
        ))}
      </select>
    </div>
  );
}
