import { useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { fieldProblems } from '../../api/field-problems.ts';
import { useSave } from '../../api/use-save.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { FileDrop } from '../../components/file-drop.tsx';
import { Segments } from '../../components/segments.tsx';
import { readP8 } from './read-files.ts';
import { useFile } from './use-file.ts';

const FIELDS = ['providerId', 'keyId', 'teamId', 'bundleId', 'p8Key'] as const;

type Environment = 'production' | 'sandbox';
const ENVIRONMENTS = [
  { value: 'production', label: 'Production' },
  { value: 'sandbox', label: 'Sandbox' },
] as const;

/** Adds a key of APNs. */
export function AddApns({ app, onDone }: { app: string; onDone: () => void }) {
  const [values, setValues] = useState({ providerId: '', keyId: '', teamId: '', bundleId: '' });
  const [environment, setEnvironment] = useState<Environment>('production');
  const set = (field: keyof typeof values) => (value: string) => setValues((before) => ({ ...before, [field]: value }));
  const file = useFile({
    read: readP8,
    onRead: (found) => {
      if (found.ok && found.value.keyId !== undefined) set('keyId')(found.value.keyId);
      save.reset();
    },
  });
  const body = () => ({
    ...values,
    providerId: values.providerId || values.bundleId,
    p8KeyFilename: file.name,
    p8Key: file.value?.text,
    productionMode: environment === 'production',
  });
  const save = useSave(app, () => fanfareOf(app).createProvider('apns', body()), onDone);
  const problems = fieldProblems(save.error, FIELDS);
  return (
    <form className="stack" onSubmit={file.submit(() => save.mutate())}>
      <FileDrop label="Key" accept=".p8" {...file.dropProps(problems.p8Key)} />
      <div className="columns narrow">
        <TextField
          label="Key id"
          value={values.keyId}
          onChange={set('keyId')}
          problem={problems.keyId}
          placeholder="ABC1234DEF"
          isRequired
        />
        <TextField
          label="Team id"
          value={values.teamId}
          onChange={set('teamId')}
          problem={problems.teamId}
          placeholder="DEF123GHIJ"
          isRequired
        />
        <TextField
          label="Bundle id"
          value={values.bundleId}
          onChange={set('bundleId')}
          problem={problems.bundleId}
          placeholder="com.example.chat"
          isRequired
        />
        <TextField
          label="Id"
          hint="Push tokens name it as their providerId."
          value={values.providerId}
          onChange={set('providerId')}
          problem={problems.providerId}
          placeholder={values.bundleId || 'the bundle id'}
        />
      </div>
      <div className="field">
        <span className="label">Environment</span>
        <div>
          <Segments label="Environment" options={ENVIRONMENTS} chosen={environment} onChoose={setEnvironment} />
        </div>
        <p className="quiet">
          Tokens of builds run from Xcode belong to the sandbox; TestFlight and the store are production.
        </p>
      </div>
      {save.error && Object.keys(problems).length === 0 && <ErrorNotice error={save.error} />}
      <div className="dialog-actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          Add APNs
        </button>
      </div>
    </form>
  );
}
