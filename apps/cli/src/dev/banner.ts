import type { Durability } from '@fanfare/redis';
import { shortPath, type Terminal } from '../terminal.ts';
import { DEMO, DEMO_ENDPOINT } from './demo-app.ts';
import { SIMULATOR_CIDR } from './dev-env.ts';
import type { Keys } from './dev-keys.ts';
import { type Ports, type Session, type System, WISHES } from './system.ts';

const DURABILITY: Record<Durability, string> = {
  disk: 'every write is on disk before it is answered',
  second: 'a crash may lose the last two seconds of writes',
  none: 'a crash loses everything',
  unknown: 'what a crash would lose is unknown',
};

const LABEL_WIDTH = 11;

/** Prints the addresses. */
export function printBanner(session: Session, system: System): void {
  const { terminal } = session;
  terminal.line();
  terminal.line(terminal.paint('bold', 'Fanfare is running. Ctrl-C stops it.'));
  terminal.line();
  printRows(terminal, rows(session, system));
  terminal.line();
}

/** Prints what one needs next, after the demo has pushed the banner off the screen. */
export function printNextSteps(session: Session, system: System): void {
  const { terminal } = session;
  const steps = [
    ['Console', `${system.consoleUrl}, password ${secretOf(session, system, 'CONSOLE_PASSWORD')}`],
    ['API', `${system.apiUrl}/docs, admin key ${secretOf(session, system, 'FANFARE_ADMIN_KEY')}`],
  ] as const;
  terminal.line();
  printRows(terminal, steps);
  terminal.line();
  terminal.line('Your turn: send a message from alice to bob, from another terminal, as often as you like:');
  terminal.line();
  terminal.line(terminal.paint('cyan', curlCommand(system.apiUrl, system.apiKey)));
  terminal.line();
}

function printRows(terminal: Terminal, rows: readonly (readonly [label: string, text: string])[]): void {
  for (const [label, text] of rows) terminal.line(`  ${terminal.paint('dim', label.padEnd(LABEL_WIDTH))}${text}`);
}

/** A secret and where it is kept, or the name of the variable that it was given in. */
function secretOf({ env }: Session, { keys }: System, name: keyof Keys): string {
  return env[name] ? name : `${keys[name]} (${shortPath(keys.file)})`;
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

function rows(session: Session, system: System): [label: string, text: string][] {
  const { redis, host, ports, apiUrl, consoleUrl, simulatorUrl, pushUrl } = system;
  const note = noteOn({ ...WISHES, ingest: session.options.port }, ports);
  const people = Object.keys(DEMO.people).join(', ');
  return [
    ['API', `${apiUrl}${note('ingest')}`],
    ['', `${apiUrl}/docs describes it`],
    ['Console', `${consoleUrl}${note('console')}, password ${secretOf(session, system, 'CONSOLE_PASSWORD')}`],
    ['Simulator', `${simulatorUrl}/control${note('simulator')}`],
    ['', `${simulatorUrl}/control/endpoints/${DEMO_ENDPOINT}/requests?uid=bob is what bob's webhook got`],
    ['FCM, APNs', `${pushUrl}${note('push')}, in the simulator`],
    ['', `${simulatorUrl}/control/fcm/requests and /control/apns/requests are what devices got`],
    ['Workers', `fanout ${host}:${ports.fanout}${note('fanout')}, sender ${host}:${ports.sender}${note('sender')}`],
    ['', 'they, the API and the console answer /readyz'],
    ['Redis', `${redis.where}; ${DURABILITY[redis.durability]}`],
    ['Admin key', secretOf(session, system, 'FANFARE_ADMIN_KEY')],
    ['Webhooks', `plain http and ${SIMULATOR_CIDR} are allowed, so that they reach the simulator`],
    ['Demo app', `${DEMO.appId}: ${people}, and the group ${DEMO.guid} of ${DEMO.groupSize}`],
    ['', 'bob has an Android phone and an iPhone, carol a browser; all have the webhook'],
  ];
}

/** A remark on an app's port, if it is not the preferred one. */
const noteOn = (wishes: Ports, ports: Ports) => (app: keyof Ports) =>
  ports[app] === wishes[app] || wishes[app] === 0 ? '' : ` (${wishes[app]} is taken)`;
