import type { App, AppChanges } from '@fanfare/client';
import { confirm } from '../operator/confirm.ts';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { table } from '../operator/table.ts';

/** `fanfare apps list`. */
export async function list(operator: Operator): Promise<number> {
  const apps = await collect((page) => operator.admin.apps(page));
  report(operator, apps, () =>
    apps.length === 0
      ? ['No apps.']
      : table(
          ['app', 'name', 'region', 'push', 'created (UTC)'],
          apps.map(({ appId, name, region, pushEnabled, createdAt }) => [
            appId,
            name,
            region,
            pushEnabled ? 'on' : 'off',
            shownMoment(createdAt * 1000),
          ]),
        ),
  );
  return 0;
}

/** `fanfare apps create`. */
export async function create(
  operator: Operator,
  given: Parameters<Operator['admin']['createApp']>[0],
): Promise<number> {
  const app = await operator.admin.createApp(given);
  report(operator, app, () => [
    `Created ${app.appId}.`,
    `Next, a key for its backend: fanfare keys create --app ${app.appId}`,
  ]);
  return 0;
}

/** `fanfare apps pause` and `resume`. */
export async function change(operator: Operator, appId: string, changes: AppChanges): Promise<number> {
  const app = await operator.admin.changeApp(appId, changes);
  report(operator, app, () => [sentenceOf(app)]);
  return 0;
}

const sentenceOf = ({ appId, pushEnabled }: App): string =>
  pushEnabled ? `Push is on for ${appId}.` : `Push is off for ${appId}: nothing is sent.`;

/** `fanfare apps delete`. */
export async function remove(operator: Operator, appId: string, isSure: boolean): Promise<number> {
  const { name } = await operator.admin.readApp(appId);
  await confirm(operator, { what: `the app ${appId} (${name}) with all of its users and groups`, word: appId, isSure });
  await operator.admin.deleteApp(appId);
  report(operator, { deleted: appId }, () => [`Deleted ${appId}.`]);
  return 0;
}
