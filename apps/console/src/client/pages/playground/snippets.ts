import type { FanfareEvent } from '@fanfare/client';

/** A command that posts the event. The key is read from the shell, so that it is in no history. */
export function curlOf(api: string, event: FanfareEvent): string {
  // A single quote ends the shell's string.
  const json = JSON.stringify(event, null, 2).replaceAll("'", `'\\''`);
  return [
    `curl ${api}/v3/events \\`,
    `  -H "apikey: $FANFARE_API_KEY" -H 'content-type: application/json' \\`,
    `  -d '${json}'`,
  ].join('\n');
}

/** A program that publishes the event. */
export const programOf = (api: string, event: FanfareEvent): string =>
  [
    "import { FanfareServer } from '@fanfare/client';",
    '',
    `const fanfare = new FanfareServer({ url: '${api}', apiKey: process.env.FANFARE_API_KEY });`,
    `await fanfare.publish(${JSON.stringify(event, null, 2)});`,
  ].join('\n');
