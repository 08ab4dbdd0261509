import { createRoute, useBlocker, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { z } from 'zod/mini';
import { appQueries } from '../../api/app-queries.ts';
import { fanfareOf } from '../../api/fanfare.ts';
import { fieldProblems } from '../../api/field-problems.ts';
import { useLive } from '../../api/live.tsx';
import type { Settings } from '../../api/settings-types.ts';
import { useIsAdmin } from '../../api/use-role.ts';
import { useSave } from '../../api/use-save.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { appRoute } from '../../shell/app-route.tsx';
import { changesOf, patchOf, withValue } from './changes.ts';
import { EditingContext } from './controls.tsx';
import { DeliveryTab } from './delivery-tab.tsx';
import { DirtyBar } from './dirty-bar.tsx';
import { PreferencesTab } from './preferences-tab.tsx';
import { TemplatesTab } from './templates-tab.tsx';

const TABS = [
  { value: 'preferences', label: 'Preferences' },
  { value: 'templates', label: 'Templates' },
  { value: 'delivery', label: 'Delivery' },
] as const;
type Tab = (typeof TABS)[number]['value'];

const PATH = '/v3/notifications/v1/settings';

export const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  validateSearch: z.object({ tab: z.catch(z.optional(z.enum(TABS.map(({ value }) => value))), undefined) }),
  component: SettingsPage,
});

function SettingsPage() {
  const { app } = settingsRoute.useParams();
  const { data: stored, error } = useLive(appQueries.settings(app), 30_000);
  if (error) return <ErrorNotice error={error} />;
  if (!stored) return <Page title="Settings">{null}</Page>;
  return <Editor key={app} app={app} stored={withoutSigned(stored)} isSigned={stored.membership?.signed === true} />;
}

/** As they may be sent: whether requests are signed is only ever read. */
const withoutSigned = ({ membership, ...settings }: Settings): Settings =>
  membership ? { ...settings, membership: { url: membership.url } } : settings;

interface EditorProps {
  app: string;
  stored: Settings;
  isSigned: boolean;
}

/** Settings that are being edited: what is changed here stays when settings are read again. */
function Editor({ app, stored, isSigned }: EditorProps) {
  const { tab = 'preferences' } = settingsRoute.useSearch();
  const navigate = useNavigate({ from: '/a/$app/settings' });
  const canEdit = useIsAdmin();
  const [edits, setEdits] = useState<readonly { path: readonly string[]; value: unknown }[]>([]);
  const draft = edits.reduce((settings, { path, value }) => withValue(settings, path, value), stored);
  const changes = changesOf(stored, draft);
  const patch = patchOf(changes);
  const set = (path: readonly string[], value: unknown) => {
    save.reset();
    setEdits((before) => [...before.filter((edit) => edit.path.join() !== path.join()), { path, value }]);
  };
  const problemAt = (path: readonly string[]) => {
    const name = path.join('.');
    return fieldProblems(save.error, [name])[name];
  };
  const discard = () => {
    save.reset();
    setEdits([]);
  };
  const save = useSave(app, () => fanfareOf(app).request({ method: 'PATCH', path: PATH, body: patch }), discard);
  const reset = useSave(app, () => fanfareOf(app).request({ method: 'DELETE', path: PATH }), discard);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      changes.length > 0 && current.pathname !== next.pathname && !confirm('Leave without saving the changes?'),
    enableBeforeUnload: () => changes.length > 0,
  });
  return (
    <EditingContext value={{ draft, canEdit, set, problemAt }}>
      <Page
        title="Settings"
        actions={
          canEdit && (
            <Confirm
              label="Reset all"
              title={`Reset all settings of ${app}?`}
              action={`Reset all settings of ${app}`}
              isDangerous
              onConfirm={() => reset.mutateAsync()}
            >
              <p>Preferences, templates, deadlines and the rest get their defaults. Preferences of users stay.</p>
            </Confirm>
          )
        }
      >
        <div>
          <Segments
            label="Part"
            options={TABS}
            chosen={tab}
            onChoose={(chosen: Tab) => void navigate({ search: { tab: chosen } })}
          />
        </div>
        {tab === 'preferences' && <PreferencesTab />}
        {tab === 'templates' && <TemplatesTab app={app} changes={patch.templates as typeof patch | undefined} />}
        {tab === 'delivery' && <DeliveryTab app={app} isSigned={isSigned} />}
        {changes.length > 0 && <DirtyBar changes={changes} onDiscard={discard} onSave={() => save.mutateAsync()} />}
      </Page>
    </EditingContext>
  );
}
