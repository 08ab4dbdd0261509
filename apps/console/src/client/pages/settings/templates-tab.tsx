import { useState } from 'react';
import type { SettingsPatch } from '../../api/settings-types.ts';
import { Card } from '../../components/card.tsx';
import { Field } from '../../components/field.tsx';
import { Segments } from '../../components/segments.tsx';
import { valueAt } from './changes.ts';
import { useEditing } from './controls.tsx';
import { KINDS } from './sample-events.ts';
import { TemplatePreview } from './template-preview.tsx';

type Set = 'Default' | 'Privacy';
const SETS = [
  { value: 'Default', label: 'With the text' },
  { value: 'Privacy', label: 'Text hidden' },
] as const;

/** Fields that every template takes, whether or not its default has them. */
const ALWAYS = ['titleOneOnOne', 'titleGroup', 'body_fallback'];

const FIELD_NAMES: Record<string, string> = {
  titleOneOnOne: 'Title, one-on-one',
  titleGroup: 'Title, group',
  body: 'Body',
  body_fallback: 'Body when a value is missing',
};

interface TemplatesTabProps {
  app: string;
  /** Changes that are not stored yet. */
  changes: SettingsPatch | undefined;
}

/** The texts of notifications: the editor beside a preview of the lock screen. */
export function TemplatesTab({ app, changes }: TemplatesTabProps) {
  const { draft, set, canEdit, problemAt } = useEditing();
  const [kind, setKind] = useState('textMessage');
  const [variant, setVariant] = useState<Set>('Default');
  const [language, setLanguage] = useState('');
  const [field, setField] = useState('body');
  const key = `${kind}Template${variant}`;
  const template = draft.templates[key] ?? {};
  const languages = Object.keys(template.locales ?? {});
  const path = ['templates', key, ...(language === '' ? [] : ['locales', language])];
  const own = Object.keys(template).filter((name) => name !== 'locales');
  const fields = [...new Set([...ALWAYS.slice(0, 2), ...own, ...ALWAYS.slice(2)])];
  return (
    <div className="columns top">
      <Card title="Texts">
        <Field label="Kind">
          {(input) => (
            <select {...input} value={kind} onChange={({ target }) => setKind(target.value)}>
              {Object.entries(KINDS).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="row">
          <Segments label="Variant" options={SETS} chosen={variant} onChoose={setVariant} />
          <Language languages={languages} chosen={language} onChoose={setLanguage} canAdd={canEdit} />
        </div>
        {fields.map((name) => (
          <Field key={name} label={FIELD_NAMES[name] ?? name} problem={problemAt([...path, name])}>
            {(input) => (
              <textarea
                {...input}
                rows={2}
                disabled={!canEdit}
                placeholder={language === '' ? 'the default' : String(template[name] ?? 'as without a language')}
                value={String(valueAt(draft, [...path, name]) ?? '')}
                onFocus={() => setField(name)}
                onChange={({ target }) => set([...path, name], target.value === '' ? undefined : target.value)}
              />
            )}
          </Field>
        ))}
        <p className="quiet">
          <code>{'{{message.data.text}}'}</code> and other placeholders are replaced. An empty text is the default.
        </p>
      </Card>
      <TemplatePreview
        app={app}
        kind={kind}
        field={field}
        isHidden={variant === 'Privacy'}
        language={language}
        templates={changes}
      />
    </div>
  );
}

interface LanguageProps {
  languages: readonly string[];
  chosen: string;
  canAdd: boolean;
  onChoose: (language: string) => void;
}

function Language({ languages, chosen, canAdd, onChoose }: LanguageProps) {
  const [added, setAdded] = useState<readonly string[]>([]);
  const all = [...new Set([...languages, ...added])];
  const choose = (value: string) => {
    if (value !== 'new') return onChoose(value);
    const tag = prompt('Language tag, e.g. de or pt-BR')?.trim();
    if (!tag) return;
    setAdded([...added, tag]);
    onChoose(tag);
  };
  return (
    <select aria-label="Language" value={chosen} onChange={({ target }) => choose(target.value)}>
      <option value="">Any language</option>
      {all.map((tag) => (
        <option key={tag}>{tag}</option>
      ))}
      {canAdd && <option value="new">Add a language…</option>}
    </select>
  );
}
