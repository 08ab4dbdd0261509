import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleDeps } from './deps.ts';
import { problemPage } from './pages/problem.ts';
import { problemOf, wantsJson } from './problem.ts';
import { sendPage } from './send-page.ts';

/** Answers a failed request: browsers get a page, programs JSON. Logs internal errors. */
export type Answer = (request: FastifyRequest, reply: FastifyReply, error: Error) => FastifyReply;

export const answerWith =
  ({ assets, log }: Pick<ConsoleDeps, 'assets' | 'log'>): Answer =>
  (request, reply, error) => {
    const problem = problemOf(error);
    if (problem.status === 500) log.error({ err: error, reqId: request.id }, 'request.failed');
    reply.code(problem.status);
    if (!wantsJson(request)) return sendPage(reply, problemPage(assets, problem, request.role));
    return reply.send({ error: { code: problem.code, message: problem.message } });
  };
