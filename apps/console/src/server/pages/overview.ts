import { LANES } from '@fanfare/core';
import { momentOf, type RefusalWithBacklog, refusalSentence, refuserOf, TOKENS_GUARDED } from '@fanfare/ledger';
import { type QueueKind, sumDepths } from '@fanfare/queue';
import { memorySentence } from '@fanfare/redis';
import type { Assets } from '../assets.ts';
import type { Role } from '../login/passwords.ts';
import type { LaneState, Overview, QueueState } from '../overview.ts';
import { age, count } from './format.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** The home page, with the state of the queues. A script keeps refreshing `overviewContent`. */
export const overviewPage = (assets: Assets, role: Role | undefined, overview: Overview): Html =>
  layout({
    assets,
    title: 'Overview',
    role,
    current: '/',
    head: html`<script src="${assets['refresh.js'].url}" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
`,
    content: html`<main id="overview" data-source="/overview">${overviewContent(overview)}</main>`,
  });

/** The part of the page that changes. */
export const overviewContent = (overview: Overview): Html => {
  const total = sumDepths(overview.queues.flatMap(({ lanes }) => lanes));
  const open = Object.values(overview.open);
  const openEvents = open.reduce((sum, lane) => sum + lane.count, 0);
  const oldestMs = Math.max(...open.map((lane) => lane.oldestMs));
  return html`
<div class="headline">
<h1>Overview</h1>
<p class="quiet">Updated <time datetime="${new Date(overview.at).toISOString()}">${clockTime(overview.at)}</time></p>
</div>
${status(overview)}
<dl class="tiles">
${tile('Waiting', count(total.waiting))}
${tile('Active', count(total.active))}
${tile('Delayed', count(total.delayed))}
${tile('Open events', count(openEvents))}
${tile('Oldest open', age(oldestMs))}
${tile('Redis memory', percent(overview.memory.fullness))}
</dl>
<div class="cards">${overview.queues.map(card)}</div>
`;
};

/** The queues' names and descriptions of their jobs. */
const NAMES: Record<QueueKind, { title: string; what: string }> = {
  events: { title: 'Events', what: 'to be expanded into deliveries' },
  'deliveries-fcm': { title: 'Deliveries · FCM', what: 'to be sent to Android and the web' },
  'deliveries-apns': { title: 'Deliveries · APNs', what: 'to be sent to Apple devices' },
  'deliveries-custom': { title: 'Deliveries · Custom', what: 'to be posted to webhooks' },
};

/** The state of the queues in one sentence. */
function status({ queues, open, refusals, memory, at }: Overview): Html {
  if (memory.stops.length > 0) {
    return html`<p class="status late">${memorySentence(memory.fullness, memory.stops)}</p>`;
  }
  const guarded = refusals.filter(({ reason }) => reason === TOKENS_GUARDED);
  const refusing = refusals.filter(({ reason }) => reason !== TOKENS_GUARDED);
  const [worst] = refusing;
  if (worst) return html`<p class="status late">${refusalSentence(worst, at)}${others(refusing.length - 1)}</p>`;
  const [guard] = guarded;
  if (guard) return html`<p class="status late">${guardSentence(guard, at)}${moreGuarded(guarded.length - 1)}</p>`;
  const late = queues.flatMap(({ kind, lanes }) =>
    lanes.filter((lane) => lane.late).map(({ lane, oldestMs }) => `${NAMES[kind].title}, ${lane} (${age(oldestMs)})`),
  );
  if (late.length > 0)
    return html`<p class="status late">Waiting too long: ${late.join('; ')}. Are the workers running?</p>`;
  const stale = LANES.filter((lane) => open[lane].late).map(
    (lane) => `${lane} (${count(open[lane].count)} events, oldest ${age(open[lane].oldestMs)})`,
  );
  if (stale.length > 0) return html`<p class="status late">Open too long: ${stale.join('; ')}.</p>`;
  return html`<p class="status">All queues are keeping up.</p>`;
}

/** Which credential's reports of dead tokens are doubted, and since when. */
const guardSentence = (guard: RefusalWithBacklog, at: number): string =>
  `${refuserOf(guard)} reports too many tokens dead to be believed since ${momentOf(guard.since, at)}: ` +
  'no device is set aside. Is it the right key?';

const moreGuarded = (more: number): string =>
  more === 0 ? '' : ` The same is true of ${count(more)} more ${more === 1 ? 'credential' : 'credentials'}.`;

const others = (more: number): string => (more === 0 ? '' : ` ${count(more)} more refuse${more === 1 ? 's' : ''}.`);

const percent = (share: number): string => (share === 0 ? 'no limit' : `${Math.round(share * 100)} %`);

const tile = (name: string, value: string): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`;

const card = ({ kind, lanes }: QueueState): Html => html`<section class="card" aria-labelledby="${kind}">
<h2 id="${kind}">${NAMES[kind].title}</h2>
<p class="quiet">${NAMES[kind].what}</p>
<table>
<thead><tr>${['Lane', 'Waiting', 'Active', 'Delayed', 'Oldest'].map(columnHeader)}</tr></thead>
<tbody>${lanes.map(row)}</tbody>
</table>
</section>
`;

const columnHeader = (name: string): Html => html`<th scope="col">${name}</th>`;

const row = ({ lane, waiting, active, delayed, oldestMs, oldestDelayedMs, late }: LaneState): Html => html`
<tr${late ? html` class="late"` : undefined}>
<th scope="row">${lane}${bar(waiting)}</th>
${[waiting, active, delayed].map(number)}<td>${age(Math.max(oldestMs, oldestDelayedMs))}</td>
</tr>`;

const number = (jobs: number): Html => html`<td${jobs === 0 ? html` class="none"` : undefined}>${count(jobs)}</td>`;

/** A logarithmic bar, full at a million jobs. Its width is an attribute, since the CSP forbids inline styles. */
function bar(jobs: number): Html {
  const width = Math.min(100, (Math.log10(1 + jobs) / 6) * 100).toFixed(1);
  return html`<svg class="depth" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
<rect width="${width}" height="3"/></svg>`;
}

const clockTime = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;
