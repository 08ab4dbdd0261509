import { type FormEvent, useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { fieldProblems } from '../../api/field-problems.ts';
import type { Webhook } from '../../api/provider-types.ts';
import { useSave } from '../../api/use-save.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/field.tsx';

const FIELDS = ['webhookURL', 'basicAuthUsername', 'basicAuthPassword', 'signingSecret'] as const;

interface WebhookFormProps {
  app: string;
  /** The webhook to change; undefined: there is none yet. */
  before: Webhook | undefined;
  onDone: () => void;
}

/** Adds the webhook or changes it. Secrets that are left empty stay as they are. */
export function WebhookForm({ app, before, onDone }: WebhookFormProps) {
  const [url, setUrl] = useState(before?.webhookURL ?? '');
  const [useBasicAuth, setUseBasicAuth] = useState(before?.useBasicAuth ?? false);
  const [username, setUsername] = useState(before?.basicAuthUsername ?? '');
  const [password, setPassword] = useState('');
  const [signingSecret, setSigningSecret] = useState('');
  const save = useSave(
    app,
    () => {
      const webhook = {
        webhookURL: url,
        useBasicAuth,
        ...(useBasicAuth && { basicAuthUsername: username }),
        ...(useBasicAuth && password !== '' && { basicAuthPassword: password }),
        ...(signingSecret !== '' && { signingSecret }),
      };
      return before
        ? fanfareOf(app).changeProvider('custom', webhook)
        : fanfareOf(app).createProvider('custom', webhook);
    },
    onDone,
  );
  const problems = fieldProblems(save.error, FIELDS);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label="URL"
        type="url"
        value={url}
        onChange={setUrl}
        problem={problems.webhookURL}
        placeholder="https://chat.example.com/push"
        isRequired
      />
      <label className="check">
        <input type="checkbox" checked={useBasicAuth} onChange={({ target }) => setUseBasicAuth(target.checked)} />
        Log in with a user name and a password
      </label>
      {useBasicAuth && (
        <div className="columns narrow">
          <TextField label="User name" value={username} onChange={setUsername} problem={problems.basicAuthUsername} />
          <TextField
            label="Password"
            type="password"
            value={password}
            onChange={setPassword}
            problem={problems.basicAuthPassword}
            {...(before?.useBasicAuth ? { placeholder: 'unchanged' } : {})}
          />
        </div>
      )}
      <TextField
        label="Signing secret"
        type="password"
        value={signingSecret}
        onChange={setSigningSecret}
        problem={problems.signingSecret}
        placeholder={before?.signed ? 'unchanged' : 'whsec_…, optional'}
        hint="With it, requests are signed according to Standard Webhooks."
      />
      {save.error && Object.keys(problems).length === 0 && <ErrorNotice error={save.error} />}
      <div className="dialog-actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          {before ? 'Save' : 'Add webhook'}
        </button>
      </div>
    </form>
  );
}
