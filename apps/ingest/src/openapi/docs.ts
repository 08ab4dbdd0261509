import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { ACCESSIBLE } from './accessible.ts';
import { compressed } from './compressed.ts';

/** SHA-256 of the one style sheet that Swagger UI 6 inlines; without it the browser reports a CSP violation. */
const INLINE_STYLE = 'RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=';

/** Loads nothing from other origins; the page's icons are `data:` images. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': ["'self'", `'sha256-${INLINE_STYLE}'`],
  'img-src': ["'self'", 'data:'],
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/**
 * Serves the OpenAPI document at `/openapi.json` and as an interactive page at `/docs`, open to anyone; `/` leads
 * there. Its assets are served from here.
 */
export async function docsPage(server: FastifyInstance): Promise<void> {
  await server.register((docs, _options, done) => {
    docs.decorate('accessOfPlugin', 'anyone');
    docs.addHook('onSend', compressed());
    docs.get('/openapi.json', { schema: { hide: true } }, () => server.swagger());
    docs.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'));
    docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: POLICY,
      theme: { title: 'Fanfare API', ...ACCESSIBLE },
      // Without the bar at the top, whose name and field for another document are of no use here.
      uiConfig: { layout: 'BaseLayout' },
    });
    done();
  });
}
