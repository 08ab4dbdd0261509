import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { inWords, type OpenQueue } from '@fanfare/queue';
import type { FastifyInstance } from 'fastify';
import type { Answer } from '../answer.ts';
import type { ConsoleDeps } from '../deps.ts';
import { NOT_FOUND, Problem } from '../problem.ts';
import { jobUrl } from './job-events.ts';

const PATH = '/queues';

const READ_ONLY = new Problem(405, 'ERR_METHOD_NOT_ALLOWED', 'the queues are read-only here');

/** The look of our own pages. Uses system fonts, since Bull Board's would load from another site. */
const FONTS = { 'font-sans': 'system-ui, sans-serif', 'font-mono': 'ui-monospace, monospace' };
const THEME = {
  light: {
    ...FONTS,
    'muted-foreground': '#535e69',
    ...accent({ strong: '#c2410c', onStrong: '#ffffff', soft: '#fbe6da', onSoft: '#8a2c06' }),
  },
  dark: { ...FONTS, ...accent({ strong: '#ff8a4c', onStrong: '#2a1205', soft: '#43281a', onSoft: '#ffb48a' }) },
};

/** Like ours, but allows Bull Board's inline styles. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    baseUri: ["'self'"],
    connectSrc: ["'self'"],
    fontSrc: ["'self'"],
    frameAncestors: ["'none'"],
    imgSrc: ["'self'", 'data:'],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
  },
};

/** Bull Board, read-only: otherwise it would retry and remove jobs without the ledger's knowledge. */
export async function bullBoard(server: FastifyInstance, deps: ConsoleDeps, answer: Answer): Promise<void> {
  const board = boardOf(deps);
  const script = deps.assets['queues.js'].url;
  const routes = (scope: FastifyInstance, _options: unknown, done: () => void) => {
    scope.addHook('onRequest', async (request, reply) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return answer(request, reply.header('allow', 'GET, HEAD'), READ_ONLY);
      }
      await reply.helmet({ contentSecurityPolicy: CONTENT_SECURITY_POLICY });
    });
    scope.addHook('onSend', async (_request, reply, payload) =>
      isPage(reply.getHeader('content-type')) ? accessible(withoutRemoteFonts(String(payload)), script) : payload,
    );
    scope.setNotFoundHandler((request, reply) => answer(request, reply, NOT_FOUND));
    void scope.register(board.registerPlugin());
    done();
  };
  await server.register(routes, { prefix: PATH });
}

function boardOf({ queues, assets, shards }: ConsoleDeps): FastifyAdapter {
  const serverAdapter = new FastifyAdapter().setBasePath(PATH);
  const logo = assets['logo.svg'].url;
  createBullBoard({
    serverAdapter,
    queues: queues.all.map((each) => adapterOf(each, shards.all > 1)),
    options: {
      uiConfig: {
        boardTitle: 'Fanfare queues',
        boardLogo: { path: logo, width: 28, height: 28 },
        favIcon: { default: logo, alternative: logo },
        miscLinks: [{ text: 'Overview', url: '/' }],
        theme: THEME,
        hideDocsLink: true,
        // This would list all Redis clients, once per queue, every few seconds.
        showWorkers: false,
      },
    },
  });
  return serverAdapter;
}

/** States that no job of ours is ever in: there are no flows, and finished jobs are removed. */
const UNUSED: readonly string[] = ['waiting-children', 'completed'];

/** A queue with the tabs that it uses. */
class Adapter extends BullMQAdapter {
  override getJobStatuses() {
    return super.getJobStatuses().filter((status) => !UNUSED.includes(status));
  }
}

/** Adds a prefix if there are several shards, whose queues have the same names. */
function adapterOf({ queue, kind, shard, title }: OpenQueue, sharded: boolean): BullMQAdapter {
  const prefix = sharded ? `${shard}.` : '';
  const adapter = new Adapter(queue, {
    readOnlyMode: true,
    prefix,
    displayName: title,
    externalJobUrl: ({ id }) => ({ displayText: 'Event', href: jobUrl(shard, String(id)) }),
  });
  adapter.setFormatter('name', () => (kind === 'events' ? 'event' : 'delivery'));
  adapter.setFormatter('data', inWords);
  return adapter;
}

function accent({ strong, onStrong, soft, onSoft }: Record<'strong' | 'onStrong' | 'soft' | 'onSoft', string>) {
  return {
    primary: strong,
    'primary-foreground': onStrong,
    ring: strong,
    'state-selected': soft,
    'state-selected-hover': soft,
    'state-selected-foreground': onSoft,
    'sidebar-state-selected': soft,
    'sidebar-state-selected-hover': soft,
    'sidebar-state-selected-foreground': onSoft,
    'sidebar-primary': strong,
    'sidebar-ring': strong,
  };
}

const isPage = (type: unknown): boolean => String(type).startsWith('text/html');

/** By day, the colour of `null` in a job's data: Bull Board's has too little contrast and no name in its theme. */
const NULL_COLOUR = '<style>:root:not(.dark-mode) { --hl-meta: #535e69; }</style>';

/** Adds what gives names to its buttons, for screen readers; see `public/queues.js`. */
const accessible = (page: string, script: string): string =>
  page.replace('</head>', `${NULL_COLOUR}</head>`).replace('</body>', `<script defer src="${script}"></script></body>`);

const withoutRemoteFonts = (page: string): string => page.replace(/<link[^>]*\/\/fonts\.[^>]*>/g, '');
