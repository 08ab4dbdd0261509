import type { App } from '@fanfare/client';
import { createRoute, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { fanfare } from '../../api/fanfare.ts';
import { fieldProblems } from '../../api/field-problems.ts';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Empty } from '../../components/empty.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TextField } from '../../components/field.tsx';
import { Page } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { rootRoute } from '../../shell/root.tsx';
import { LastDay } from './last-day.tsx';

export const appsRoute = createRoute({ getParentRoute: () => rootRoute, path: '/apps', component: Apps });

/** Rows of a page: each asks for statistics of its app. */
const PAGE = 25;

const COLUMNS = [
  'App',
  { label: 'Name', isMinor: true } as const,
  'Push',
  'Events in 24\u00a0h',
  { label: 'Created', isMinor: true } as const,
];

function Apps() {
  const [page, setPage] = useState(0);
  const isAdmin = useIsAdmin();
  const { data, error } = useLive(queries.apps());
  const apps = data?.data;
  const last = Math.max(0, Math.ceil((apps?.length ?? 0) / PAGE) - 1);
  const shown = Math.min(page, last);
  return (
    <Page title="Apps" actions={isAdmin && <CreateApp />}>
      {error && <ErrorNotice error={error} />}
      {apps?.length === 0 && (
        <Empty title="No app yet.">
          An app has its own users, settings, providers and keys. Create one for each chat product, or for each
          customer.
        </Empty>
      )}
      {apps && apps.length > 0 && (
        <Table label="Apps" columns={[...COLUMNS, ...(isAdmin ? ['Actions'] : [])]}>
          {apps.slice(shown * PAGE, (shown + 1) * PAGE).map((app) => (
            <Row key={app.appId} app={app} isAdmin={isAdmin} />
          ))}
        </Table>
      )}
      {last > 0 && (
        <div className="row">
          <button type="button" className="button" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
            Previous
          </button>
          <span className="quiet">
            Page {shown + 1} of {last + 1}
          </span>
          <button type="button" className="button" disabled={shown === last} onClick={() => setPage(shown + 1)}>
            Next
          </button>
        </div>
      )}
    </Page>
  );
}

function Row({ app: { appId, name, pushEnabled, createdAt }, isAdmin }: { app: App; isAdmin: boolean }) {
  const change = useSave('apps', () => fanfare.changeApp(appId, { pushEnabled: !pushEnabled }));
  return (
    <tr>
      <th scope="row">
        <Link to="/a/$app/events" params={{ app: appId }}>
          {appId}
        </Link>
      </th>
      <td className="minor">{name}</td>
      <td>
        <span className={`tag ${pushEnabled ? 'good' : 'late'}`}>{pushEnabled ? 'On' : 'Off'}</span>
      </td>
      <td>
        <LastDay app={appId} />
      </td>
      <td className="minor">
        <Time at={createdAt * 1000} />
      </td>
      {isAdmin && (
        <td>
          <span className="row fixed">
            <Link className="button small" to="/a/$app/keys" params={{ app: appId }}>
              Keys
            </Link>
            <Confirm
              isSmall
              label={pushEnabled ? 'Switch push off' : 'Switch push on'}
              title={pushEnabled ? `Switch push off for ${appId}?` : `Switch push on for ${appId}?`}
              action={pushEnabled ? `Switch off for ${appId}` : `Switch on for ${appId}`}
              isDangerous={pushEnabled}
              onConfirm={() => change.mutateAsync()}
            >
              <p>
                {pushEnabled
                  ? `No user of ${appId} is notified of anything until it is switched on again. Events are still taken.`
                  : `Users of ${appId} are notified of events that come in from now on.`}
              </p>
            </Confirm>
            <DeleteApp appId={appId} />
          </span>
        </td>
      )}
    </tr>
  );
}

function DeleteApp({ appId }: { appId: string }) {
  const [typed, setTyped] = useState('');
  const remove = useSave('apps', () => fanfare.deleteApp(appId));
  return (
    <Confirm
      isSmall
      label="Delete"
      title={`Delete ${appId}?`}
      action={`Delete ${appId}`}
      isDangerous
      onConfirm={async () => {
        if (typed !== appId) throw new Error(`Type ${appId} to delete it.`);
        await remove.mutateAsync();
      }}
    >
      <p>
        Its users, groups, settings, providers, keys and events are deleted for good. Type <strong>{appId}</strong> to
        confirm.
      </p>
      <TextField label="App" value={typed} onChange={setTyped} />
    </Confirm>
  );
}

function CreateApp() {
  return (
    <Dialog label="Create app" title="Create an app" isPrimary>
      {(close) => <CreateForm onDone={close} />}
    </Dialog>
  );
}

const FIELDS = ['appId', 'name'] as const;

function CreateForm({ onDone }: { onDone: () => void }) {
  const [appId, setAppId] = useState('');
  const [name, setName] = useState('');
  const save = useSave('apps', () => fanfare.createApp({ appId, ...(name === '' ? {} : { name }) }), onDone);
  const problems = fieldProblems(save.error, FIELDS);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField
        label="Id"
        value={appId}
        onChange={setAppId}
        problem={problems.appId}
        hint="Clients and backends name it; it cannot be changed."
        placeholder="my-chat"
        isRequired
      />
      <TextField label="Name" value={name} onChange={setName} problem={problems.name} placeholder="My chat" />
      {save.error && Object.keys(problems).length === 0 && <ErrorNotice error={save.error} />}
      <div className="dialog-actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          Create
        </button>
      </div>
    </form>
  );
}
