import { type Parsed, refused } from '../wire/parsed.ts';
import { pemProblem, privateKeyIn } from '../wire/pasted.ts';
import { secretDigest } from '../wire/secret-digest.ts';

/** Key ids and team ids: https://developer.apple.com/help/account/manage-keys/get-a-key-identifier */
const TEN_CHARACTERS = /^[A-Z0-9]{10}$/;
/** https://developer.apple.com/documentation/bundleresources/information-property-list/cfbundleidentifier */
const BUNDLE_ID = /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;
const MAX_BUNDLE_ID = 155;

/** The identifying fields of an APNs key, as the operator enters them. */
export interface ApnsIdentity {
  keyId: string;
  teamId: string;
  bundleId: string;
  p8Key: string;
}

/** Reads an APNs key and its identifying fields; names the first field that is wrong. */
export function parseApnsIdentity(input: Record<keyof ApnsIdentity, unknown>): Parsed<ApnsIdentity> {
  const { keyId, teamId, bundleId } = input;
  for (const [field, value] of Object.entries({ keyId, teamId })) {
    if (typeof value === 'string' && TEN_CHARACTERS.test(value)) continue;
    return refused(field, 'must be 10 capital letters and digits');
  }
  const bundleProblem = bundleIdProblem(bundleId);
  if (bundleProblem !== undefined) return refused('bundleId', bundleProblem);
  const p8 = parseP8(input.p8Key);
  if (!p8.ok) return p8;
  return { ok: true, value: { ...(input as ApnsIdentity), p8Key: p8.value } };
}

function bundleIdProblem(bundleId: unknown): string | undefined {
  if (typeof bundleId !== 'string' || bundleId.length > MAX_BUNDLE_ID || !BUNDLE_ID.test(bundleId)) {
    return 'must be a bundle id such as com.example.app';
  }
  return undefined;
}

/**
 * Reads the content of a `.p8` file, even as pasted from settings and terminals: the PEM of a private key on the curve
 * P-256, which ES256 requires.
 */
export function parseP8(text: unknown): Parsed<string> {
  if (typeof text !== 'string' || text.trim() === '') return refused('p8Key', 'must be the text of a .p8 file');
  const found = privateKeyIn(text);
  if (!found) return refused('p8Key', pemProblem(text));
  const { pem, key } = found;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return { ok: true, value: pem };
  const kind = [key.asymmetricKeyType?.toUpperCase(), curve].filter(Boolean).join(' ');
  return refused('p8Key', `must be an elliptic curve key on P-256, as Apple issues them; this one is ${kind}`);
}

/** Identifies an APNs key in memory; the same for every credential with this key, whatever its bundle id. */
export const apnsKeyDigest = <C extends Pick<ApnsIdentity, 'teamId' | 'keyId' | 'p8Key'>>(credential: C): string =>
  secretDigest(credential, ({ teamId, keyId, p8Key }) => [teamId, keyId, p8Key]);
