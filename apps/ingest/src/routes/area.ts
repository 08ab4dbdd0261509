import type { OverloadGuard } from '../accept/overload.ts';
import type { IngestDeps } from '../deps.ts';
import type { Server } from '../http/fastify.ts';

/** An area of the API: the routes of one folder, grouped under one tag in the OpenAPI document. */
export interface Area {
  tag: string;
  description: string;
  /** Each function registers some routes. Those that accept events or load members in bulk use the guard. */
  routes: readonly ((server: Server, deps: IngestDeps, guard: OverloadGuard) => void)[];
}
