import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps.ts';
import { sessionCookie, sessionIn } from '../login/guard.ts';
import { localPath } from '../login/local-path.ts';
import { roleOfPassword } from '../login/passwords.ts';
import { loginPage } from '../pages/login.ts';
import { sendPage } from '../send-page.ts';

const Query = z.object({ next: z.unknown().optional() });
const Form = Query.extend({ password: z.string() }).catch({ password: '' });

/** Routes for logging in and out. */
export function loginRoutes(server: FastifyInstance, deps: ConsoleDeps): void {
  const { assets, sessions, log } = deps;
  server.get('/login', { config: { open: true } }, async (request, reply) => {
    const next = localPath(Query.parse(request.query).next);
    if (await sessions.roleOf(sessionIn(request))) return reply.redirect(next, 303);
    return sendPage(reply, loginPage(assets, { next }));
  });
  server.post('/login', { config: { open: true } }, (request, reply) => logIn(deps, request, reply));
  server.post('/logout', async (request, reply) => {
    await sessions.end(sessionIn(request) ?? '');
    log.info({ role: request.role }, 'console.logged_out');
    return reply.clearCookie(sessionCookie(request), cookie(request)).redirect('/login', 303);
  });
}

async function logIn(deps: ConsoleDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { assets, attempts, passwords, sessions, log } = deps;
  const { password, ...form } = Form.parse(request.body);
  const next = localPath(form.next);
  const again = (complaint: string) => sendPage(reply, loginPage(assets, { next, complaint }));
  const waitS = await attempts.take(request.clientAddress);
  if (waitS > 0) {
    log.warn({ address: request.clientAddress }, 'console.login_throttled');
    reply.code(429).header('retry-after', waitS);
    return again(`Too many wrong passwords. Try again in ${waitS} seconds.`);
  }
  const role = roleOfPassword(passwords, password);
  if (role === undefined) {
    log.warn({ address: request.clientAddress }, 'console.login_failed');
    reply.code(401);
    return again('Wrong password.');
  }
  await attempts.giveBack(request.clientAddress);
  log.info({ address: request.clientAddress, role }, 'console.logged_in');
  // The session of before ends: a browser has one, and what was known of the old one opens nothing.
  await sessions.end(sessionIn(request) ?? '');
  return reply.setCookie(sessionCookie(request), await sessions.open(role), cookie(request)).redirect(next, 303);
}

/** Has no expiry: it ends with the browser session. The session itself expires when unused. */
const cookie = (request: FastifyRequest) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'strict' as const,
  secure: request.protocol === 'https',
});
