import type { Assets } from '../assets.ts';
import type { Role } from '../login/passwords.ts';
import type { Problem } from '../problem.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** The error page. Reloads itself if the problem may be temporary. */
export const problemPage = (assets: Assets, { status, code, message }: Problem, role: Role | undefined): Html =>
  layout({
    assets,
    title: message,
    role,
    ...(status === 503 ? { head: html`<meta http-equiv="refresh" content="5">\n` } : {}),
    content: html`<main class="problem">
<p class="quiet">${status} · ${code}</p>
<h1>${message.charAt(0).toUpperCase() + message.slice(1)}</h1>
<p>${status === 503 ? 'This page reloads every five seconds.' : html`<a href="/">Back to the overview</a>`}</p>
</main>`,
  });
