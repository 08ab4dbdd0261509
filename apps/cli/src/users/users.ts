import type { User, UserDevice } from '@fanfare/client';
import { confirm } from '../operator/confirm.ts';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { table } from '../operator/table.ts';
import { preferenceLines } from './preference-lines.ts';

/** Of a push token, so much is shown: enough to tell two apart. */
const TOKEN_START = 8;

/** `fanfare users show`. */
export async function show(operator: Operator, uid: string): Promise<number> {
  const app = await operator.app();
  const [user, active, quarantined, preferences, mutes] = await Promise.all([
    app.user(uid),
    collect((page) => app.devices(uid, page)),
    collect((page) => app.devices(uid, { ...page, state: 'quarantined' })),
    app.preferences(uid),
    app.mutes(uid),
  ]);
  const devices = [...active, ...quarantined].map(shortened);
  report(operator, { ...user, devices, preferences, mutes }, () => [
    userLine(user),
    '',
    ...(devices.length === 0 ? ['No devices.'] : table(DEVICE_HEADS, devices.map(deviceRow))),
    '',
    ...preferenceLines(preferences, mutes),
  ]);
  return 0;
}

function shortened(device: UserDevice): UserDevice {
  const { pushToken } = device;
  return pushToken.length <= TOKEN_START
    ? { ...device, pushToken: '…' }
    : { ...device, pushToken: `${pushToken.slice(0, TOKEN_START)}…` };
}

function userLine({ uid, name, timezone, locale, deactivated, createdAt }: User): string {
  const facts = [timezone, locale, deactivated ? 'deactivated: never notified' : undefined];
  const since = `registered ${shownMoment(createdAt * 1000)} UTC`;
  return [`${uid}${name === undefined ? '' : ` (${name})`}`, ...facts, since].filter(Boolean).join(', ');
}

const DEVICE_HEADS = ['device', 'platform', 'credential', 'token', 'registered (UTC)', 'state'];

const deviceRow = ({ id, platform, providerId, pushToken, updatedAt, reason }: UserDevice): string[] => [
  id,
  platform,
  providerId,
  pushToken,
  shownMoment(updatedAt * 1000),
  reason === undefined ? 'active' : `in quarantine: ${reason}`,
];

/** `fanfare users erase`. */
export async function erase(operator: Operator, uid: string, isSure: boolean): Promise<number> {
  const app = await operator.app();
  await confirm(operator, { what: `the user ${uid} with all of their data`, word: uid, isSure });
  await app.eraseUser(uid);
  report(operator, { erased: uid }, () => [`Erased ${uid}.`]);
  return 0;
}
