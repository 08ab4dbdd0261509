import type { FastifyReply } from 'fastify';
import type { Html } from './pages/html.ts';

/** Sends a page, or a part of one, that nobody may keep: it shows what was true a moment ago, to who was logged in. */
export const sendPage = (reply: FastifyReply, page: Html): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.text);
