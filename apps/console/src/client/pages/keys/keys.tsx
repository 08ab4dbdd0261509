import type { ApiKey, ApiKeyScope, NewApiKey } from '@fanfare/client';
import { createRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { appQueries } from '../../api/app-queries.ts';
import { fanfare } from '../../api/fanfare.ts';
import { useLive } from '../../api/live.tsx';
import { useApiUrl } from '../../api/use-api-url.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Code } from '../../components/code.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Empty } from '../../components/empty.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { appRoute } from '../../shell/app-route.tsx';

export const keysRoute = createRoute({ getParentRoute: () => appRoute, path: '/keys', component: Keys });

function Keys() {
  const { app } = keysRoute.useParams();
  const isAdmin = useIsAdmin();
  const { data: keys, error } = useLive(appQueries.keys(app));
  return (
    <Page title="API keys" actions={isAdmin && <CreateKey app={app} />}>
      {error && <ErrorNotice error={error} />}
      {keys?.length === 0 && (
        <Empty title="No key yet.">Create one for the chat backend of {app}, which publishes events with it.</Empty>
      )}
      {keys && keys.length > 0 && (
        <Table label="API keys" columns={[...COLUMNS, ...(isAdmin ? ['Actions'] : [])]}>
          {keys.map((key) => (
            <Row key={key.id} app={app} apiKey={key} isAdmin={isAdmin} />
          ))}
        </Table>
      )}
    </Page>
  );
}

const COLUMNS = [
  'Name',
  { label: 'Begins with', isMinor: true } as const,
  { label: 'Rights', isMinor: true } as const,
  { label: 'Created', isMinor: true } as const,
  'Last used',
];
const SCOPES: Record<ApiKeyScope, string> = { publish: 'publish events', manage: 'manage the app' };

interface RowProps {
  app: string;
  apiKey: ApiKey;
  isAdmin: boolean;
}

function Row({ app, apiKey: { id, name, prefix, scopes, createdAt, lastUsedAt }, isAdmin }: RowProps) {
  const revoke = useSave(app, () => fanfare.revokeApiKey(app, id));
  return (
    <tr>
      <th scope="row" className="wrap">
        {name}
      </th>
      <td className="mono minor">{prefix}…</td>
      <td className="minor">{scopes.map((scope) => SCOPES[scope]).join(', ')}</td>
      <td className="minor">
        <Time at={createdAt * 1000} />
      </td>
      <td>
        {lastUsedAt === undefined ? <span className="quiet">never</span> : <Time at={lastUsedAt * 1000} as="ago" />}
      </td>
      {isAdmin && (
        <td>
          <Confirm
            isSmall
            label="Revoke"
            title={`Revoke ${name}?`}
            action={`Revoke ${name}`}
            isDangerous
            onConfirm={() => revoke.mutateAsync()}
          >
            <p>
              Requests with <code>{prefix}…</code> are refused at once, and it cannot be brought back.
              {lastUsedAt !== undefined && (
                <>
                  {' '}
                  It was last used <Time at={lastUsedAt * 1000} as="ago" />.
                </>
              )}
            </p>
          </Confirm>
        </td>
      )}
    </tr>
  );
}

function CreateKey({ app }: { app: string }) {
  return (
    <Dialog label="Create key" title="Create an API key" isPrimary>
      {(close) => <CreateForm app={app} onDone={close} />}
    </Dialog>
  );
}

type Rights = 'both' | 'publish';
const RIGHTS = [
  { value: 'both', label: 'Publish and manage' },
  { value: 'publish', label: 'Publish only' },
] as const;

function CreateForm({ app, onDone }: { app: string; onDone: () => void }) {
  const [name, setName] = useState('backend');
  const [rights, setRights] = useState<Rights>('both');
  const [made, setMade] = useState<NewApiKey>();
  const save = useSave(app, async () => {
    const scopes: ApiKeyScope[] = rights === 'both' ? ['publish', 'manage'] : ['publish'];
    setMade(await fanfare.createApiKey(app, { name, scopes }));
  });
  if (made) return <Made made={made} onDone={onDone} />;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField label="Name" value={name} onChange={setName} isRequired />
      <div>
        <Segments label="Rights" options={RIGHTS} chosen={rights} onChoose={setRights} />
      </div>
      <p className="quiet">
        {rights === 'both'
          ? 'For a chat backend: publishes events, and manages users, groups, providers and settings of the app.'
          : 'For a program that only publishes events, such as CometChat’s webhooks.'}
      </p>
      {save.error && <ErrorNotice error={save.error} />}
      <div className="dialog-actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          Create
        </button>
      </div>
    </form>
  );
}

/** A request that the key may make. The shell asks for the key, so that its history does not have it. */
function tryOut(api: string, scopes: readonly ApiKeyScope[]): string {
  const event = `{"id":"hello-1","type":"message.sent","sentAt":'"$(date +%s)000"',
  "sender":{"uid":"alice"},"conversation":{"type":"user","id":"bob"},
  "message":{"id":"101","text":"Hello Bob!"}}`;
  const request = scopes.includes('manage')
    ? `curl ${api}/v3/stats -H "apikey: $FANFARE_API_KEY"`
    : `curl ${api}/v3/events -H "apikey: $FANFARE_API_KEY" -H 'content-type: application/json' -d '${event}'`;
  return `read -rs FANFARE_API_KEY &&\n${request}`;
}

function Made({ made: { name, apiKey, scopes }, onDone }: { made: NewApiKey; onDone: () => void }) {
  const api = useApiUrl();
  return (
    <>
      <p>
        <strong>Copy the key {name} now:</strong> it is shown this once.
      </p>
      <Code label="API key" text={apiKey} />
      <p className="quiet">Try it: run this, then paste the key.</p>
      <Code label="Command" text={tryOut(api, scopes)} />
      <div className="dialog-actions">
        <button type="button" className="button primary" onClick={onDone}>
          Done
        </button>
      </div>
    </>
  );
}
