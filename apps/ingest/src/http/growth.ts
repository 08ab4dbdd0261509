import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { OverloadGuard } from '../accept/overload.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether the route adds to Redis, so that it is rejected before its body is read while Redis is nearly full.
     * Default: true for POST, PUT and PATCH. Routes opt out if they write nothing, check the guard themselves, or must
     * work with a full Redis, such as switching an app off or clearing a badge.
     */
    grows?: boolean;
  }
}

const WRITING = new Set(['POST', 'PUT', 'PATCH']);

/** Whether a route with this method and configuration adds to Redis. */
export const doesGrow = (method: string, grows: boolean | undefined): boolean => grows ?? WRITING.has(method);

/** Rejects requests that add to Redis while it is nearly full. Register it after authentication. */
export function guardGrowth(server: FastifyInstance, guard: OverloadGuard): void {
  const check: onRequestHookHandler = (_request, _reply, done) => {
    guard.checkGrowth().then(() => done(), done);
  };
  server.addHook('onRoute', (route) => {
    const { access, grows } = route.config ?? {};
    if (access === 'anyone' || ![route.method].flat().some((method) => doesGrow(method, grows))) return;
    route.onRequest = [check, route.onRequest ?? []].flat();
  });
}
