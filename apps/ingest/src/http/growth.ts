import type { FastifyInstance } from 'fastify';
import type { OverloadGuard } from '../accept/overload.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether the route adds to Redis, and is refused before its body is read while that is nearly full. POST, PUT and
     * PATCH do unless they say otherwise: some write nothing, some look at the guard themselves, and an app must be
     * switched off, and a badge cleared, in a Redis that is full.
     */
    grows?: boolean;
  }
}

const WRITING = new Set(['POST', 'PUT', 'PATCH']);

/** Whether a route with this method and configuration adds to Redis. */
export const doesGrow = (method: string, grows: boolean | undefined): boolean => grows ?? WRITING.has(method);

/** Refuses what adds to Redis while that is nearly full. For callers who were let in: register it after authentication. */
export function guardGrowth(server: FastifyInstance, guard: OverloadGuard): void {
  server.addHook('onRequest', async ({ routeOptions: { config }, method }) => {
    if (config.access !== 'anyone' && doesGrow(method, config.grows)) await guard.checkMemory();
  });
}
