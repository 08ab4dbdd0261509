import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { parse } from '../parse.ts';
import { publicKey } from '../public-key.ts';

const ProjectId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a project id: a-z, 0-9 and "-"');

const TrustedAccount = z.strictObject({
  projectId: ProjectId,
  clientEmail: z.email(),
  publicKeyPem: publicKey('an RSA', ({ asymmetricKeyType }) => asymmetricKeyType === 'rsa'),
});
/** A project's service account, as configured in the simulator, with the public half of its key. */
export type FcmAccount = z.input<typeof TrustedAccount>;

/** The JSON file that an operator downloads from the Firebase console. */
export interface ServiceAccount {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  client_id: string;
  auth_uri: string;
  token_uri: string;
  auth_provider_x509_cert_url: string;
  client_x509_cert_url: string;
  universe_domain: string;
}

/** A trusted account. */
export interface Account {
  projectId: string;
  clientEmail: string;
  publicKey: KeyObject;
}

/** One service account per project. */
export class ServiceAccounts {
  readonly #byProject = new Map<string, Account>();

  /** @throws FanfareError naming the field. */
  trust(input: FcmAccount): void {
    const { publicKeyPem, ...account } = parse(TrustedAccount, input);
    this.#byProject.set(account.projectId, { ...account, publicKey: publicKeyPem });
  }

  /**
   * Creates a service account that gets its access tokens at `tokenUri`, and trusts it. @throws FanfareError
   */
  async demo(projectId: string, tokenUri: string): Promise<ServiceAccount> {
    parse(z.strictObject({ projectId: ProjectId }), { projectId });
    const keys = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
    const clientEmail = `fanfare-demo@${projectId}.iam.gserviceaccount.com`;
    const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    this.trust({ projectId, clientEmail, publicKeyPem });
    return {
      type: 'service_account',
      project_id: projectId,
      private_key_id: randomBytes(20).toString('hex'),
      private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      client_email: clientEmail,
      client_id: '100000000000000000000',
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: tokenUri,
      auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
      client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(clientEmail)}`,
      universe_domain: 'googleapis.com',
    };
  }

  byEmail(clientEmail: string): Account | undefined {
    return [...this.#byProject.values()].find((account) => account.clientEmail === clientEmail);
  }
}
