import type { ProviderKind, PushPlatform, TestDevice } from '@fanfare/client';
import { type Operator, report } from '../operator/operator.ts';
import { readSecret } from '../operator/text-input.ts';
import { UsageError } from '../usage-error.ts';

interface TestPush {
  kind: ProviderKind;
  /** The credential. */
  id: string | undefined;
  platform: string | undefined;
  tokenFile: string | undefined;
}

/** `fanfare test-push`. */
export async function testPush(operator: Operator, test: TestPush): Promise<number> {
  const { kind, id } = test;
  if (kind !== 'custom' && id === undefined) throw new UsageError(`id: which ${kind} credential?`);
  const device = await deviceOf(operator, test);
  const result = await (await operator.app()).testProvider(kind, id ?? 'custom', device);
  const { outcome, reason, message, detail } = result;
  report(operator, result, () => [
    `${outcome}${reason === undefined ? '' : ` (${reason})`}: ${message}`,
    ...(detail === undefined ? [] : [`  ${detail}`]),
  ]);
  return outcome === 'accepted' ? 0 : 1;
}

/** The API checks the platform. */
async function deviceOf(operator: Operator, { platform, tokenFile }: TestPush): Promise<TestDevice | undefined> {
  const token = await readSecret(operator, {
    option: '--token-file',
    file: tokenFile,
    variable: 'FANFARE_PUSH_TOKEN',
  });
  if (platform === undefined && tokenFile === undefined) return undefined;
  if (platform === undefined) throw new UsageError('--platform: is required with --token-file');
  if (!token) throw new UsageError('--token-file: is required with --platform');
  return { platform: platform as PushPlatform, token };
}
