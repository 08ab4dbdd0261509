// Receives the webhook of Fanfare's custom provider: one POST per recipient, to send on through your own channels.
import { createHash, timingSafeEqual } from 'node:crypto';
import { parseArgs } from 'node:util';
import { FanfareClientError, verifyWebhook } from '@fanfare/client';
import express from 'express';

const HELP = `Usage: WEBHOOK_PASSWORD=… node examples/webhook-receiver/receiver.js

Listens for notifications on /webhook and prints them.

Environment, as the custom provider is configured:
  WEBHOOK_USERNAME  basicAuthUsername; default: fanfare
  WEBHOOK_PASSWORD  basicAuthPassword
  WEBHOOK_SECRET    signingSecret (whsec_…); several, separated by spaces, while you rotate it
  PORT              Default: 3000`;

const MAX_SEEN = 10_000;
/** Ids of received webhooks, the oldest first. */
const seen = new Set();

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
const { WEBHOOK_USERNAME = 'fanfare', WEBHOOK_PASSWORD, WEBHOOK_SECRET = '', PORT = '3000' } = process.env;
const secrets = WEBHOOK_SECRET.split(' ').filter(Boolean);

if (values.help || (!WEBHOOK_PASSWORD && secrets.length === 0)) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 1;
} else {
  const app = express();
  app.disable('x-powered-by');
  // The signature covers the exact bytes received, so they are kept and parsed later.
  app.post('/webhook', requireBasic, express.raw({ type: () => true, limit: '1mb' }), readWebhook, receive);
  app.use((_request, response) => response.status(404).json({ message: 'Not found' }));
  app.use(answerError);
  const server = app.listen(Number(PORT), (error) => {
    if (error) throw error;
    console.log(`Listening on port ${server.address().port}`);
  });
}

/** Checks the password before the body is read. */
function requireBasic(request, response, next) {
  if (!WEBHOOK_PASSWORD || isBasic(request.headers.authorization)) next();
  else response.status(401).json({ message: 'Unauthorized' });
}

/** Verifies the signature, then replaces the bytes with the parsed JSON. */
async function readWebhook(request, response, next) {
  const raw = request.body ?? Buffer.alloc(0);
  try {
    request.body = secrets.length > 0 ? await verifyWebhook(request.headers, raw, secrets) : JSON.parse(raw.toString());
  } catch (error) {
    const forged = error instanceof FanfareClientError && error.code !== 'ERR_WEBHOOK_BODY';
    return response.status(forged ? 401 : 400).json({ message: forged ? error.message : 'Not JSON' });
  }
  next();
}

function receive(request, response) {
  const { trigger, webhook, data } = request.body ?? {};
  const uid = data?.to?.uid;
  const details = data?.notificationDetails;
  if (trigger !== 'push-notification-payload-generated' || webhook !== 'custom' || !uid || !details) {
    return response.status(400).json({ message: 'Invalid trigger, webhook type or data' });
  }
  if (isRepeated(request.headers['webhook-id'])) return response.json({ message: 'Webhook received before' });
  // Fanfare waits two seconds for the answer, so the work continues after it. Put anything that must survive a crash
  // of this process into your own queue first.
  notify(uid, details).catch((error) => console.error(`Could not notify ${uid}: ${error.message}`));
  response.json({ message: 'Webhook received successfully' });
}

/** Errors of the body have their own status. After a 500 Fanfare retries with the same webhook-id. */
function answerError({ status = 500 }, _request, response, _next) {
  response.status(status).json({ message: status === 413 ? 'Too large' : 'Something went wrong' });
}

/** Put your own push here, with the tokens you have for this uid. */
async function notify(uid, { type, title, body, callAction, callType, sessionId }) {
  if (type === 'call') console.log(`to ${uid}: ${callType} call ${callAction}, session ${sessionId}, from ${title}`);
  else console.log(`to ${uid}: ${title}: ${body}`);
}

/** Compares hashes, which have equal length, in constant time. */
function isBasic(authorization = '') {
  const wanted = `Basic ${Buffer.from(`${WEBHOOK_USERNAME}:${WEBHOOK_PASSWORD}`).toString('base64')}`;
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(wanted));
}

/** A delivery may come twice if an answer was lost; its webhook-id stays the same. */
function isRepeated(id) {
  if (id === undefined) return false;
  if (seen.has(id)) return true;
  seen.add(id);
  if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value);
  return false;
}
