import { useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { fieldProblems } from '../../api/field-problems.ts';
import { useSave } from '../../api/use-save.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { FileDrop } from '../../components/file-drop.tsx';
import { readServiceAccount } from './read-files.ts';
import { useFile } from './use-file.ts';

const FIELDS = ['providerId', 'serviceAccountCreds'] as const;

/** Adds a service account of Firebase. */
export function AddFcm({ app, onDone }: { app: string; onDone: () => void }) {
  const [providerId, setProviderId] = useState('');
  const file = useFile({ read: (_, text) => readServiceAccount(text), onRead: () => save.reset() });
  const body = () => ({
    providerId: providerId || (file.value?.projectId ?? ''),
    serviceAccountFilename: file.name,
    serviceAccountCreds: file.value?.text,
  });
  const save = useSave(app, () => fanfareOf(app).createProvider('fcm', body()), onDone);
  const problems = fieldProblems(save.error, FIELDS);
  return (
    <form className="stack" onSubmit={file.submit(() => save.mutate())}>
      <FileDrop
        label="Service account"
        accept=".json"
        found={file.value && `Project ${file.value.projectId}, ${file.value.clientEmail}`}
        {...file.dropProps(problems.serviceAccountCreds)}
      />
      <TextField
        label="Id"
        hint="Push tokens name it as their providerId."
        placeholder={file.value?.projectId ?? 'the project'}
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
