import type { OverloadGuard } from '../accept/overload.ts';
import type { IngestDeps } from '../deps.ts';
import type { Server } from '../http/fastify.ts';

/** An area of the API: the routes of one folder, and how the OpenAPI document groups them. */
export interface Area {
  tag: string;
  description: string;
  /** Each registers some routes. Only those that accept events look at the guard. */
  routes: readonly ((server: Server, deps: IngestDeps, guard: OverloadGuard) => void)[];
}
