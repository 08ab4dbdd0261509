// What a chat backend does: post an event, alice's message to bob, and look at the result.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { FanfareServer } from '@fanfare/client';

const HELP = `Usage: FANFARE_API_KEY=… node examples/send-event.js [--to <uid>] [--group <guid>] [--text <text>]

Sends a message from alice to a user (default: bob) or a group, and prints the result.

Environment:
  FANFARE_API_KEY  An API key with the scope publish; "npm start" prints one in its curl command
  FANFARE_URL      Default: http://127.0.0.1:8080`;

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: 'bob' },
    group: { type: 'string' },
    text: { type: 'string', default: 'Hello from an example!' },
    help: { type: 'boolean', short: 'h' },
  },
});
const { FANFARE_API_KEY: apiKey, FANFARE_URL: url = 'http://127.0.0.1:8080' } = process.env;

if (values.help || !apiKey) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 1;
} else {
  await send(new FanfareServer({ url, apiKey }));
}

async function send(fanfare) {
  // You choose the id. Keep it the same for retries, because Fanfare accepts an id once; a database id is best.
  const messageId = randomUUID();
  const result = await fanfare.publish({
    id: `message-${messageId}`,
    type: 'message.sent',
    sentAt: Date.now(),
    sender: { uid: 'alice', name: 'Alice' },
    conversation: values.group ? { type: 'group', id: values.group } : { type: 'user', id: values.to },
    message: { id: messageId, text: values.text },
  });
  console.log(`${result.id}: ${result.status}`);

  // A real backend is done here. The rest shows that it works.
  const { counts } = await finished(fanfare, result.id);
  console.log(`audience ${counts.audience}, planned ${counts.planned}, accepted ${counts.accepted}`);
  for (const [reason, count] of Object.entries(counts.suppressed)) console.log(`not notified: ${count} (${reason})`);
}

/** Polls until every delivery is settled, for at most half a minute. */
async function finished(fanfare, id) {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const progress = await fanfare.event(id);
    if (progress.state === 'done' || Date.now() > giveUpAt) return progress;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
