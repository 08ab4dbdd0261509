import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { uidLines } from '../../src/http/ndjson.ts';

async function read(...chunks: (string | Buffer)[]): Promise<string[]> {
  const uids = [];
  for await (const uid of uidLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) uids.push(uid);
  return uids;
}

test('each line is a uid, however the bytes arrive', async () => {
  const anyUid = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/);
  const anyLine = anyUid.chain((uid) =>
    fc.constantFrom(
      { uid, text: `{"uid":"${uid}"}` },
      { uid, text: `{"uid": "${uid}"}\r` },
      { uid, text: ` {"name":"grüß 👋","uid":"${uid}"}` },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyLine), fc.integer({ min: 1, max: 40 }), fc.boolean(), async (lines, size, ends) => {
      const body = Buffer.from(lines.map(({ text }) => text).join('\n') + (ends ? '\n\n' : ''));
      const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
        body.subarray(i * size, (i + 1) * size),
      );
      expect(await read(...chunks)).toEqual(lines.map(({ uid }) => uid));
    }),
  );
});

test.each([
  ['{"uid":"bob"}\n{"uid":"b b"}', 'line 2: uid: must be 1 to 100 characters'],
  ['{"uid":"bob"}\n\nbob', 'line 3: is not JSON'],
  ['{"name":"Bob"}', 'line 1: uid: '],
  [`{"uid":"${'b'.repeat(20_000)}`, 'body: has a line over 10000 characters'],
])('%.40s is refused, naming the line', async (body, message) => {
  await expect(read(body)).rejects.toMatchObject({
    code: 'ERR_BAD_REQUEST',
    message: expect.stringContaining(message),
  });
});
