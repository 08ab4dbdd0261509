/** The port of the API in a standard set-up, where the console has 8090. */
const API_PORT = '8080';

/** Where programs find the API, for snippets: this host, as far as the console's page can know. */
export function apiAddress(): string {
  const url = new URL(location.origin);
  url.port = API_PORT;
  return url.origin;
}
