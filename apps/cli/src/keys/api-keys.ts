import { type ApiKeyScope, FanfareClientError, type NewApiKey } from '@fanfare/client';
import { confirm } from '../operator/confirm.ts';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { collect } from '../operator/pages.ts';
import { table } from '../operator/table.ts';

/** `fanfare keys list`. */
export async function list(operator: Operator): Promise<number> {
  const keys = await keysOf(operator);
  report(operator, keys, () =>
    keys.length === 0
      ? ['No API keys.']
      : table(
          ['id', 'name', 'scopes', 'starts with', 'created (UTC)'],
          keys.map(({ id, name, scopes, prefix, createdAt }) => [
            id,
            name,
            scopes.join(', '),
            prefix,
            shownMoment(createdAt * 1000),
          ]),
        ),
  );
  return 0;
}

/** `fanfare keys create`. */
export async function create(
  operator: Operator,
  key: { name: string; scopes?: readonly ApiKeyScope[] },
): Promise<number> {
  printNew(operator, await operator.admin.createApiKey(await operator.appId(), key));
  return 0;
}

/** `fanfare keys rotate`. */
export async function rotate(operator: Operator, keyId: string, isRevoked: boolean): Promise<number> {
  const before = (await keysOf(operator)).find(({ id }) => id === keyId);
  if (!before) throw new FanfareClientError('ERR_APIKEY_NOT_FOUND', 'keyId: the app has no such key');
  const appId = await operator.appId();
  const { name, scopes } = before;
  printNew(operator, await operator.admin.createApiKey(appId, { name, scopes }));
  if (isRevoked) await operator.admin.revokeApiKey(appId, keyId);
  const what = isRevoked ? `${keyId} is revoked.` : `${keyId} still works: fanfare keys revoke ${keyId} --app ${appId}`;
  if (!operator.isJson) operator.output.error(what);
  return 0;
}

/** `fanfare keys revoke`. */
export async function revoke(operator: Operator, keyId: string, isSure: boolean): Promise<number> {
  const appId = await operator.appId();
  await confirm(operator, { what: `the API key ${keyId} of the app ${appId}`, word: keyId, isSure });
  await operator.admin.revokeApiKey(appId, keyId);
  report(operator, { revoked: keyId }, () => [`${keyId} is revoked.`]);
  return 0;
}

async function keysOf({ admin, appId }: Operator) {
  const id = await appId();
  return collect((page) => admin.apiKeys(id, page));
}

/** The key itself goes to standard output alone, so that it can be written to a file. */
function printNew(operator: Operator, key: NewApiKey): void {
  const { id, name, scopes, apiKey } = key;
  if (!operator.isJson) operator.output.error(`Key ${id} "${name}" for ${scopes.join(' and ')}, shown only now:`);
  report(operator, key, () => [apiKey]);
}
