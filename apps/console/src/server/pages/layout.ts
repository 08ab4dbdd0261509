import type { Assets } from '../assets.ts';
import type { Role } from '../login/passwords.ts';
import { type Html, html } from './html.ts';

/** The frame around a page's content. */
export interface Frame {
  assets: Assets;
  title: string;
  content: Html;
  /** Shows the navigation; undefined on pages without a session. */
  role?: Role | undefined;
  /** Additional elements in the head. */
  head?: Html;
}

/** A complete page. */
export const layout = ({ assets, title, content, role, head }: Frame): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Fanfare</title>
<link rel="icon" type="image/svg+xml" href="${assets['logo.svg'].url}">
<link rel="stylesheet" href="${assets['style.css'].url}">
${head}</head>
<body>
${role && header(assets, role)}${content}
</body>
</html>
`;

const header = (assets: Assets, role: Role): Html => html`<header class="bar">
<a class="brand" href="/"><img src="${assets['logo.svg'].url}" alt="" width="28" height="28"><span>Fanfare</span></a>
<nav aria-label="Main"><a href="/">Overview</a>
<a href="/queues">Queues</a></nav>
<form class="who" method="post" action="/logout"><span>${role}</span><button type="submit">Log out</button></form>
</header>
`;
