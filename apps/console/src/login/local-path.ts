/**
 * Where to go after the login: the path that was asked for when it is one of ours, else the home page. Everything a
 * browser might take for another site is refused: `//evil.example`, `/\evil.example`, `https:…`, `/.//evil.example`.
 */
export function localPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return HOME;
  const here = 'http://localhost';
  const url = URL.canParse(next, here) ? new URL(next, here) : undefined;
  if (url?.origin !== here || url.pathname.startsWith('//') || url.pathname === '/login') return HOME;
  return url.pathname + url.search;
}

const HOME = '/';
