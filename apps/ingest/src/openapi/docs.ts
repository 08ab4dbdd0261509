import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Nothing from elsewhere. Styles are set by the page's own scripts as well; its icons are `data:` pictures. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': ["'self'", "'unsafe-inline'"],
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
      uiConfig: { docExpansion: 'none', displayOperationId: false },
    });
    done();
  });
}
