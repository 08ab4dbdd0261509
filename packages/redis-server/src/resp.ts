import { createConnection } from 'node:net';

/** Whether a server listens on this Unix socket. A socket file left by a crash does not count. */
export async function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.on('connect', () => resolve(true)).on('error', () => resolve(false));
    connection.on('connect', () => connection.destroy());
  });
}

/**
 * Sends commands over a separate connection, then QUIT, and returns all replies as received, in RESP. Enough to check
 * readiness without a client library. Rejects if no server listens, or after `timeoutMs` of silence. Source:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export async function converse(socket: string, commands: string[][], timeoutMs = 5_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let replies = '';
    const connection = createConnection(socket, () => connection.write([...commands, ['QUIT']].map(encode).join('')));
    connection.setEncoding('utf8').setTimeout(timeoutMs, () => connection.destroy(new Error(`${socket} is silent`)));
    connection.on('data', (chunk) => {
      replies += chunk;
      // Sentinel does not know QUIT and would stay.
      if (/^-ERR unknown command .?QUIT/im.test(replies)) connection.end();
    });
    connection.on('error', reject).on('close', () => resolve(replies));
  });
}

function encode(words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
