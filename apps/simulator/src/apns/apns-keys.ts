import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { parse } from '../parse.ts';
import { publicKey as publicKeyOf } from '../public-key.ts';

const Identifier = z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'must be 1 to 32 letters and digits');
const BundleIds = z.array(z.string().regex(/^[A-Za-z0-9.-]{1,255}$/, 'must be a bundle id')).min(1);
const Environments = z.array(z.enum(['production', 'sandbox'])).min(1);

const TrustedKey = z.strictObject({
  teamId: Identifier,
  keyId: Identifier,
  publicKeyPem: publicKeyOf(
    'an EC P-256',
    ({ asymmetricKeyType, asymmetricKeyDetails }) =>
      asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1',
  ),
  bundleIds: BundleIds.describe('The apps it may push to.'),
  environments: Environments.default(['production', 'sandbox']).describe('Both by default.'),
});
/** A provider's signing key, as configured in the simulator: the public half of the .p8. */
export type ApnsKey = z.input<typeof TrustedKey>;

const DemoKey = z.strictObject({
  teamId: Identifier.default('DEMOTEAM01'),
  keyId: Identifier.default('DEMOKEY001'),
  bundleIds: BundleIds,
});
export type DemoApnsKeyOptions = z.input<typeof DemoKey>;

/** Everything a provider needs to push as this app. */
export interface DemoApnsKey {
  teamId: string;
  keyId: string;
  bundleIds: string[];
  /** PEM of the private key: the content of the .p8 file. */
  p8Key: string;
}

/** A trusted key. */
export interface Signer {
  teamId: string;
  /** Undefined: any team. */
  bundleIds: ReadonlySet<string> | undefined;
  environments: ReadonlySet<string>;
  publicKey: KeyObject;
}

/** The keys of all teams. */
export class ApnsKeys {
  readonly #signers = new Map<string, Signer>();

  /**
   * Trusts a key, replacing one with the same team and key id. @throws FanfareError naming the field.
   */
  trust(input: ApnsKey): void {
    const { teamId, keyId, publicKeyPem: publicKey, bundleIds, environments } = parse(TrustedKey, input);
    this.#signers.set(nameOf(teamId, keyId), {
      teamId,
      bundleIds: new Set(bundleIds),
      environments: new Set(environments),
      publicKey,
    });
  }

  /**
   * Creates a key and trusts it. @throws FanfareError naming the field.
   */
  demo(input: DemoApnsKeyOptions): DemoApnsKey {
    const options = parse(DemoKey, input);
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    this.trust({ ...options, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string });
    return { ...options, p8Key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
  }

  find(teamId: string, keyId: string): Signer | undefined {
    return this.#signers.get(nameOf(teamId, keyId));
  }
}

const nameOf = (teamId: string, keyId: string): string => `${teamId}/${keyId}`;
