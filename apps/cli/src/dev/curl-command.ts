/**
 * A command line that sends a message from alice to bob, a new one each time it is run: its id is the time and a number
 * by chance, taken by the shell. For bash, zsh, sh and fish; macOS's date knows no parts of a second.
 */
export function curlCommand(apiUrl: string, apiKey: string): string {
  const event = [
    `{"id":"hello-'"$(date +%s)-$RANDOM"'","type":"message.sent","sentAt":'"$(date +%s)000"',`,
    `"sender":{"uid":"alice"},"conversation":{"type":"user","id":"bob"},`,
    `"message":{"id":"101","type":"text","text":"Hello Bob!"}}`,
  ].join('');
  return `curl ${apiUrl}/v3/events -H 'apikey: ${apiKey}' -H 'content-type: application/json' -w '\\n' -d '${event}'`;
}
