import { type FormEvent, useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { fieldProblems } from '../../api/field-problems.ts';
import { useSave } from '../../api/use-save.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { FileDrop } from '../../components/file-drop.tsx';
import { type ReadFile, readServiceAccount, type ServiceAccountFile } from './read-files.ts';

const FIELDS = ['providerId', 'serviceAccountCreds'] as const;

/** Adds a service account of Firebase. */
export function AddFcm({ app, onDone }: { app: string; onDone: () => void }) {
  const [name, setName] = useState<string>();
  const [file, setFile] = useState<ReadFile<ServiceAccountFile>>();
  const [providerId, setProviderId] = useState('');
  const body = () => ({
    providerId: providerId || (file?.ok ? file.value.projectId : ''),
    serviceAccountFilename: name,
    serviceAccountCreds: file?.ok ? file.value.text : undefined,
  });
  const save = useSave(app, () => fanfareOf(app).createProvider('fcm', body()), onDone);
  const problems = fieldProblems(save.error, FIELDS);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file?.ok) save.mutate();
    else setFile(file ?? { ok: false, problem: 'The file is missing.' });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <FileDrop
        label="Service account"
        accept=".json"
        name={name}
        problem={file && !file.ok ? file.problem : problems.serviceAccountCreds}
        found={file?.ok ? `Project ${file.value.projectId}, ${file.value.clientEmail}` : undefined}
        onFile={(given, text) => {
          setName(given);
          setFile(readServiceAccount(text));
          save.reset();
        }}
      />
      <TextField
        label="Id"
        hint="Push tokens name it as their providerId."
        placeholder={file?.ok ? file.value.projectId : 'the project'}
        value={providerId}
        onChange={setProviderId}
        problem={problems.providerId}
      />
      {save.error && Object.keys(problems).length === 0 && <ErrorNotice error={save.error} />}
      <div className="dialog-actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          Add FCM
        </button>
      </div>
    </form>
  );
}
