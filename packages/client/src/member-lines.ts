/** uids, in memory or as they come from a database; not one uid, which is text that can be iterated as well. */
export type Uids = (Iterable<string> & object) | AsyncIterable<string>;

/** Characters sent at once: few writes, little memory. */
const CHUNK = 65_536;

/**
 * A group's members as NDJSON, a `{"uid":"…"}` per line: a stream that reads on only as the server takes what was
 * read, or one text where `fetch` cannot upload a stream (most browsers, React Native).
 */
export async function memberLines(uids: Uids): Promise<string | ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (uploadsStreams()) return streamOf(chunks(uids));
  let text = '';
  for await (const chunk of chunks(uids)) text += chunk;
  return text;
}

async function* chunks(uids: Uids): AsyncGenerator<string, undefined> {
  let chunk = '';
  for await (const uid of uids) {
    chunk += `${JSON.stringify({ uid })}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
  return undefined;
}

function streamOf(source: AsyncGenerator<string, undefined>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value } = await source.next();
      if (value === undefined) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}

/**
 * Whether `fetch` here sends a stream as it comes: one that does asks for `duplex`, one that does not makes the stream
 * a text, with a content type. https://developer.chrome.com/docs/capabilities/web-apis/fetch-streaming-requests
 */
function uploadsStreams(): boolean {
  if (typeof ReadableStream === 'undefined' || typeof Request === 'undefined') return false;
  let asked = false;
  const init = {
    method: 'POST',
    body: new ReadableStream(),
    get duplex() {
      asked = true;
      return 'half';
    },
  } as RequestInit;
  try {
    return !new Request('https://example.com', init).headers.has('content-type') && asked;
  } catch {
    return false;
  }
}
