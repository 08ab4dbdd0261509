import { badRequest, fieldProblems } from '@fanfare/core';
import { answerHealth, followRequests, type Readiness } from '@fanfare/runtime';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { OverloadGuard } from '../accept/overload.ts';
import type { IngestDeps } from '../deps.ts';
import { docsPage } from '../openapi/docs.ts';
import { documentOptions } from '../openapi/document.ts';
import type { Area } from '../routes/area.ts';
import { AREAS } from '../routes/index.ts';
import { API_HEADERS, answerErrors, answerUnreadable, sendError, toFanfareError } from './answer-errors.ts';
import { auditChanges } from './audit.ts';
import { authenticate } from './auth.ts';
import { acceptBodies } from './bodies.ts';
import { BODY_TIMES, type BodyTimes } from './body-times.ts';
import { allowOrigins } from './cors.ts';
import type { Server } from './fastify.ts';
import { guardGrowth } from './growth.ts';
import { logRequests } from './log-requests.ts';

/** Longer than any id in a path, including push tokens of 4,096 characters. */
const MAX_PARAM_LENGTH = 5000;

/** Creates the HTTP server with routes, errors, health and OpenAPI. Does not listen yet. */
export async function createServer(
  deps: IngestDeps,
  guard: OverloadGuard,
  ready: () => Promise<Readiness>,
  times: BodyTimes = BODY_TIMES,
) {
  const server = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request; a logger for each would name it again.
    childLoggerFactory: (log) => log,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // One hop: trust only what our proxy added, not what the caller sent.
    trustProxy: deps.config.TRUST_PROXY > 0 ? (_address: string, hop: number) => hop === 0 : false,
    // Errors of the router get the usual shape, without the path, which may contain a token.
    frameworkErrors: (error, _request, reply) => void sendError(reply, toFanfareError(error)),
    clientErrorHandler: answerUnreadable,
    // While closing, finish requests on open connections: the listener is closed, but Redis is still connected.
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/v3.0/') ? url.replace('/v3.0/', '/v3/') : url),
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(
    ({ schema }) =>
      (input) =>
        validate(schema as z.ZodType, input),
  );
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const inHand = followRequests(server.server);
  // Must be the first hook: one that throws stops later ones, and the request would not be logged.
  logRequests(server as unknown as FastifyInstance, deps.metrics);
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(API_HEADERS);
    done();
  });
  // Before authentication: preflight requests have no credentials.
  await allowOrigins(server as unknown as FastifyInstance, deps.config.CORS_ORIGINS);
  const callable = authenticate(server as unknown as FastifyInstance, deps);
  guardGrowth(server as unknown as FastifyInstance, guard);
  acceptBodies(server as unknown as FastifyInstance, times);
  auditChanges(server as unknown as FastifyInstance, deps);
  answerErrors(server, deps);
  await server.register(swagger, documentOptions(callable, AREAS));
  await docsPage(server as unknown as FastifyInstance);
  healthRoutes(server, ready);
  for (const area of AREAS) await registerArea(server, area, deps, guard);
  return { server, inHand, routes: callable };
}

/** Registers an area's routes with its tag. */
async function registerArea(server: Server, { tag, routes }: Area, deps: IngestDeps, guard: OverloadGuard) {
  await server.register((scope, _options, done) => {
    scope.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, tags: [tag] };
    });
    for (const route of routes) route(scope as Server, deps, guard);
    done();
  });
}

type AnyServer = Pick<Server, 'get'>;

function validate(schema: z.ZodType, input: unknown) {
  const parsed = schema.safeParse(input);
  return parsed.success ? { value: parsed.data } : { error: badRequest(fieldProblems(parsed.error)) };
}

function healthRoutes(server: AnyServer, ready: () => Promise<Readiness>): void {
  for (const path of ['/livez', '/readyz']) {
    server.get(path, { config: { access: 'anyone' }, schema: { hide: true } }, async (_request, reply) => {
      const answer = await answerHealth(path, ready);
      if (answer) return reply.code(answer.status).headers(answer.headers).serializer(String).send(answer.body);
    });
  }
}
