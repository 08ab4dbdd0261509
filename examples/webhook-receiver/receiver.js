// Receives Fanfare's custom provider: one POST per recipient, for you to send on by whatever means you have.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { FanfareClientError, verifyWebhook } from '@fanfare/client';

const HELP = `Usage: WEBHOOK_PASSWORD=… node examples/webhook-receiver/receiver.js

Listens for notifications on /webhook and prints them.

Environment, as the custom provider is configured:
  WEBHOOK_USERNAME  basicAuthUsername; default: fanfare
  WEBHOOK_PASSWORD  basicAuthPassword
  WEBHOOK_SECRET    signingSecret (whsec_…); several, separated by spaces, while you rotate it
  PORT              Default: 3000`;

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_SEEN = 10_000;
/** Ids of the webhooks that came, the oldest first. */
const seen = new Set();

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
const { WEBHOOK_USERNAME = 'fanfare', WEBHOOK_PASSWORD, WEBHOOK_SECRET = '', PORT = '3000' } = process.env;
const secrets = WEBHOOK_SECRET.split(' ').filter(Boolean);

if (values.help || (!WEBHOOK_PASSWORD && secrets.length === 0)) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 1;
} else {
  const server = createServer((request, response) => {
    receive(request).then(
      ({ status, message }) => answer(response, status, message),
      // Not 200: Fanfare tries again, with the same webhook-id.
      () => answer(response, 500, 'Something went wrong'),
    );
  });
  server.listen(Number(PORT), () => console.log(`Listening on port ${server.address().port}`));
}

function answer(response, status, message) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}

async function receive(request) {
  if (request.method !== 'POST' || request.url !== '/webhook') return { status: 404, message: 'Not found' };
  if (WEBHOOK_PASSWORD && !isBasic(request.headers.authorization)) return { status: 401, message: 'Unauthorized' };
  const raw = await readBody(request);
  if (raw === undefined) return { status: 413, message: 'Too large' };
  let body;
  try {
    // The signature is over the bytes that came: verify those, and parse after.
    body = secrets.length > 0 ? await verifyWebhook(request.headers, raw, secrets) : JSON.parse(raw.toString());
  } catch (error) {
    const forged = error instanceof FanfareClientError && error.code !== 'ERR_WEBHOOK_BODY';
    return forged ? { status: 401, message: error.message } : { status: 400, message: 'Not JSON' };
  }
  const uid = body?.data?.to?.uid;
  const details = body?.data?.notificationDetails;
  if (body?.trigger !== 'push-notification-payload-generated' || body.webhook !== 'custom' || !uid || !details) {
    return { status: 400, message: 'Invalid trigger, webhook type or data' };
  }
  if (isRepeated(request.headers['webhook-id'])) return { status: 200, message: 'Webhook received before' };
  // Fanfare waits two seconds for the answer, so the work does not keep it waiting. What must not be lost if this
  // process dies belongs into a queue of yours first.
  notify(uid, details).catch((error) => console.error(`Could not notify ${uid}: ${error.message}`));
  return { status: 200, message: 'Webhook received successfully' };
}

/** Your own push. Put your code here, with the tokens you keep for this uid. */
async function notify(uid, { type, title, body, callAction, callType, sessionId }) {
  if (type === 'call') console.log(`to ${uid}: ${callType} call ${callAction}, session ${sessionId}, from ${title}`);
  else console.log(`to ${uid}: ${title}: ${body}`);
}

/** Compared as hashes, which are equally long, in a time that tells nothing. */
function isBasic(authorization = '') {
  const wanted = `Basic ${Buffer.from(`${WEBHOOK_USERNAME}:${WEBHOOK_PASSWORD}`).toString('base64')}`;
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(wanted));
}

/** The bytes as they came; undefined when there are too many. */
async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A delivery may come twice, after an answer that got lost; its webhook-id stays. Only signed ones have one. */
function isRepeated(id) {
  if (id === undefined) return false;
  if (seen.has(id)) return true;
  seen.add(id);
  if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value);
  return false;
}
