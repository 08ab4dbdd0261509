/** A file that was read here, before anything is sent. */
export type ReadFile<T> = { ok: true; value: T } | { ok: false; problem: string };

/** What a service account of Firebase says about itself; its text has the secret. */
export interface ServiceAccountFile {
  text: string;
  projectId: string;
  clientEmail: string;
}

/** Reads the JSON file of a Firebase service account. */
export function readServiceAccount(text: string): ReadFile<ServiceAccountFile> {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null) {
    return bad(
      'This is not a JSON file. Firebase makes it: Project settings, Service accounts, Generate new private key.',
    );
  }
  const {
    type,
    project_id: projectId,
    client_email: clientEmail,
    private_key: key,
  } = parsed as Record<string, unknown>;
  if ('project_info' in parsed)
    return bad('This is google-services.json, which belongs in the app. Choose a service account key instead.');
  if (type !== 'service_account') return bad('This is not a service account: its "type" is not "service_account".');
  if (typeof projectId !== 'string') return bad('It has no "project_id".');
  if (typeof clientEmail !== 'string') return bad('It has no "client_email".');
  if (typeof key !== 'string' || !key.includes('PRIVATE KEY')) return bad('It has no "private_key".');
  return { ok: true, value: { text, projectId, clientEmail } };
}

/** A key of APNs. Apple names its file after the id of the key. */
export interface P8File {
  text: string;
  keyId: string | undefined;
}

/** Reads a .p8 file of Apple. */
export function readP8(name: string, text: string): ReadFile<P8File> {
  if (/BEGIN CERTIFICATE/.test(text))
    return bad('This is a certificate. A key (.p8) is needed, from Keys at developer.apple.com.');
  if (!/-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----/.test(text)) {
    return bad('This is not a .p8 key: it does not begin with "-----BEGIN PRIVATE KEY-----".');
  }
  return { ok: true, value: { text, keyId: /AuthKey_([A-Z0-9]{10})\b/.exec(name)?.[1] } };
}

const bad = (problem: string): { ok: false; problem: string } => ({ ok: false, problem });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
