import type { FastifyReply } from 'fastify';
import type { Html } from './pages/html.ts';

/** Sends a page or a part of one. Must not be cached: it is outdated soon, and only for users with a session. */
export const sendPage = (reply: FastifyReply, page: Html): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.text);
