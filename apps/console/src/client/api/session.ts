/** Who is logged in. */
export interface Session {
  role: 'admin' | 'viewer';
  /** For the header `x-csrf-token` of every request that changes something. */
  csrfToken: string;
  /** The URL of the API in the commands and programs that pages show. */
  apiUrl: string;
}

let session: Promise<Session> | undefined;

/** The session, asked for once. @throws NoSessionError if there is none. */
export function readSession(): Promise<Session> {
  session ??= askForSession().catch((error: unknown) => {
    session = undefined;
    throw error;
  });
  return session;
}

/** No one is logged in. */
export class NoSessionError extends Error {}

async function askForSession(): Promise<Session> {
  const response = await fetch('/session', { headers: { accept: 'application/json' }, redirect: 'manual' });
  if (response.status === 401 || response.type === 'opaqueredirect') throw new NoSessionError();
  if (!response.ok) throw new Error(`The console answered with status ${response.status}.`);
  return (await response.json()) as Session;
}
