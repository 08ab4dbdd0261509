import type { Durability } from '@fanfare/redis';
import { DEMO, DEMO_ENDPOINT } from './demo-app.ts';
import { SIMULATOR_CIDR } from './dev-env.ts';
import type { Keys } from './dev-keys.ts';
import { type Ports, type Session, type System, WISHES } from './system.ts';
import { shortPath, type Terminal } from './terminal.ts';

const DURABILITY: Record<Durability, string> = {
  disk: 'every write is on disk before it is answered',
  second: 'a crash may lose the last two seconds of writes',
  none: 'a crash loses everything',
  unknown: 'what a crash would lose is unknown',
};

const LABEL_WIDTH = 11;

/** Prints the addresses, and a command line to try the system with. */
export function printBanner(session: Session, system: System): void {
  const { terminal } = session;
  terminal.line();
  terminal.line(terminal.paint('bold', 'Fanfare is running. Ctrl-C stops it.'));
  terminal.line();
  for (const [label, text] of rows(session, system)) {
    terminal.line(`  ${terminal.paint('dim', label.padEnd(LABEL_WIDTH))}${text}`);
  }
  printCurl('Send a message from alice to bob', terminal, system);
}

/** Prints a command line to try the system with. */
export function printCurl(what: string, terminal: Terminal, { apiUrl, apiKey }: System): void {
  terminal.line();
  terminal.line(`${what}, from another terminal, as often as you like:`);
  terminal.line();
  terminal.line(terminal.paint('cyan', curlCommand(apiUrl, apiKey)));
  terminal.line();
}

/**
 * A command line that sends a message from alice to bob. The shell makes the id from the time and a random number, so
 * each run sends a new message. Works in bash, zsh, sh and fish; macOS's `date` has no fractions of a second.
 */
export function curlCommand(apiUrl: string, apiKey: string): string {
  const event = [
    `{"id":"hello-'"$(date +%s)-$RANDOM"'","type":"message.sent","sentAt":'"$(date +%s)000"',`,
    `"sender":{"uid":"alice"},"conversation":{"type":"user","id":"bob"},`,
    `"message":{"id":"101","type":"text","text":"Hello Bob!"}}`,
  ].join('');
  return `curl ${apiUrl}/v3/events -H 'apikey: ${apiKey}' -H 'content-type: application/json' -w '\\n' -d '${event}'`;
}

function rows({ options, env }: Session, system: System): [label: string, text: string][] {
  const { redis, keys, host, ports, apiUrl, consoleUrl, simulatorUrl, pushUrl } = system;
  const note = noteOn({ ...WISHES, ingest: options.port }, ports);
  const secret = (name: keyof Keys) => (env[name] ? name : `${keys[name]} (${shortPath(keys.file)})`);
  const people = Object.keys(DEMO.people).join(', ');
  return [
    ['API', `${apiUrl}${note('ingest')}`],
    ['', `${apiUrl}/openapi.json describes it`],
    ['Console', `${consoleUrl}${note('console')}, password ${secret('CONSOLE_PASSWORD')}`],
    ['Simulator', `${simulatorUrl}/control${note('simulator')}`],
    ['', `${simulatorUrl}/control/endpoints/${DEMO_ENDPOINT}/requests?uid=bob is what bob's webhook got`],
    ['FCM, APNs', `${pushUrl}${note('push')}, in the simulator`],
    ['', `${simulatorUrl}/control/fcm/requests and /control/apns/requests are what devices got`],
    ['Workers', `fanout ${host}:${ports.fanout}${note('fanout')}, sender ${host}:${ports.sender}${note('sender')}`],
    ['', 'they, the API and the console answer /readyz'],
    ['Redis', `${redis.where}; ${DURABILITY[redis.durability]}`],
    ['Admin key', secret('FANFARE_ADMIN_KEY')],
    ['Webhooks', `plain http and ${SIMULATOR_CIDR} are allowed, so that they reach the simulator`],
    ['Demo app', `${DEMO.appId}: ${people}, and the group ${DEMO.guid} of ${DEMO.groupSize}`],
    ['', 'bob has an Android phone and an iPhone, carol a browser; all have the webhook'],
  ];
}

/** A remark on an app's port, if it is not the preferred one. */
const noteOn = (wishes: Ports, ports: Ports) => (app: keyof Ports) =>
  ports[app] === wishes[app] || wishes[app] === 0 ? '' : ` (${wishes[app]} is taken)`;
