import type { Assets } from '../assets.ts';
import type { Role } from '../login/passwords.ts';
import type { Problem } from '../problem.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** The page that says what is wrong. When it may pass by itself, the page looks again after a while. */
export const problemPage = (assets: Assets, { status, code, message }: Problem, role: Role | undefined): Html =>
  layout({
    assets,
    title: message,
    role,
    ...(status === 503 ? { head: html`<meta http-equiv="refresh" content="5">\n` } : {}),
    content: html`<main class="problem">
<p class="quiet">${status} · ${code}</p>
<h1>${message.charAt(0).toUpperCase() + message.slice(1)}</h1>
<p>${status === 503 ? 'This page looks again every five seconds.' : html`<a href="/">Back to the overview</a>`}</p>
</main>`,
  });
