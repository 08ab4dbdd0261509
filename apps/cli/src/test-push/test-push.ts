import type { ProviderKind, ProviderTestResult, PushPlatform, TestDevice } from '@fanfare/client';
import { type Operator, report } from '../operator/operator.ts';
import { readSecret } from '../operator/text-input.ts';
import { UsageError } from '../usage-error.ts';
import { devicesOf, type Target } from './devices-of.ts';

interface TestPush {
  kind: ProviderKind;
  /** The credential. */
  id: string | undefined;
  /** The user whose devices are pushed to. */
  uid: string | undefined;
  platform: string | undefined;
  tokenFile: string | undefined;
}

/** `fanfare test-push`. */
export async function testPush(operator: Operator, test: TestPush): Promise<number> {
  const { kind, id, uid } = test;
  if (uid !== undefined) return testUser(operator, { ...test, uid });
  if (kind !== 'custom' && id === undefined) throw new UsageError(`id: which ${kind} credential?`);
  const device = await deviceOf(operator, test);
  const result = await (await operator.app()).testProvider(kind, id ?? 'custom', device);
  report(operator, result, () => linesOf(result));
  return result.outcome === 'accepted' ? 0 : 1;
}

/** One push to each device of a user, by the credential that a notification would go by. */
async function testUser(operator: Operator, { kind, id, uid, ...test }: TestPush & { uid: string }): Promise<number> {
  if (kind === 'custom') throw new UsageError('--uid: the webhook has no devices; try it without a user');
  if (test.platform !== undefined || test.tokenFile !== undefined) {
    throw new UsageError('--uid: not together with --platform and --token-file');
  }
  const app = await operator.app();
  const devices = await devicesOf(app, { kind, id, uid });
  const results: (Omit<Target, 'token'> & ProviderTestResult)[] = [];
  for (const { deviceId, platform, token, providerId } of devices) {
    const result = await app.testProvider(kind, providerId, { platform, token });
    results.push({ deviceId, platform, providerId, ...result });
  }
  report(operator, results, () => {
    if (results.length === 0) return [`${uid} has no device that ${id ?? kind} pushes to.`];
    return results.flatMap(({ deviceId, platform, providerId, ...result }) => {
      const [first, ...more] = linesOf(result);
      return [`${platform} ${deviceId} by ${providerId}: ${first}`, ...more];
    });
  });
  return results.length > 0 && results.every(({ outcome }) => outcome === 'accepted') ? 0 : 1;
}

const linesOf = ({ outcome, reason, message, detail }: ProviderTestResult): string[] => [
  `${outcome}${reason === undefined ? '' : ` (${reason})`}: ${message}`,
  ...(detail === undefined ? [] : [`  ${detail}`]),
];

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
