import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** SHA-256 of the one style sheet that Swagger UI 6 writes into the page; without it the page logs a violation. */
const INLINE_STYLE = 'RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=';

/** Nothing from elsewhere; the icons of the page are `data:` pictures. */
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

/** The OpenAPI document as a page to read and try at `/docs`, for anyone; everything on it is served from here. */
export async function docsPage(server: FastifyInstance): Promise<void> {
  await server.register((docs, _options, done) => {
    docs.decorate('accessOfPlugin', 'anyone');
    docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: POLICY,
      theme: { title: 'Fanfare API' },
    });
    done();
  });
}
