import type { Assets } from '../assets.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** The page that asks for the password. */
export interface LoginPage {
  /** Where to go afterwards. */
  next: string;
  /** Why the last attempt failed. */
  complaint?: string;
}

export const loginPage = (assets: Assets, { next, complaint }: LoginPage): Html =>
  layout({
    assets,
    title: 'Log in',
    content: html`<main class="login">
<form class="card" method="post" action="/login">
<img src="${assets['logo.svg'].url}" alt="" width="56" height="56">
<h1>Fanfare</h1>
<p class="quiet">Operations console</p>
<input type="hidden" name="next" value="${next}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
  required autofocus${invalid(complaint)}>
${complaint === undefined ? undefined : html`<p class="complaint" id="complaint" role="alert">${complaint}</p>`}
<button type="submit">Log in</button>
</form>
</main>`,
  });

const invalid = (complaint: string | undefined): Html | undefined =>
  complaint === undefined ? undefined : html` aria-invalid="true" aria-describedby="complaint"`;
