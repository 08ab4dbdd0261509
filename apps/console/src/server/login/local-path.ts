/**
 * Where to go after logging in: the requested path if it is local, else the home page. Rejects everything a browser
 * might resolve to another site: `//evil.example`, `/\evil.example`, `https:…`, `/.//evil.example`.
 */
export function localPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return HOME;
  const here = 'http://localhost';
  const url = URL.canParse(next, here) ? new URL(next, here) : undefined;
  if (url?.origin !== here || url.pathname.startsWith('//') || url.pathname === '/login') return HOME;
  return url.pathname + url.search;
}

const HOME = '/';
