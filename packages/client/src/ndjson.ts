/** Characters per chunk: few writes, little memory. */
const CHUNK = 65_536;

/** Lets timers and sockets run: a generator that never waits for either would stop the whole process meanwhile. */
const otherWork = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Lines as an NDJSON body: a stream that reads them only as fast as the server takes them, or one text where `fetch`
 * cannot upload a stream (most browsers, React Native).
 */
export async function ndjsonBody(
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<string | ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (uploadsStreams()) return streamOf(chunks(lines));
  let text = '';
  for await (const chunk of chunks(lines)) text += chunk;
  return text;
}

async function* chunks(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
    await otherWork();
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
 * Whether `fetch` here can upload a stream: one that can reads `duplex`; one that cannot turns the stream into text,
 * with a content type. https://developer.chrome.com/docs/capabilities/web-apis/fetch-streaming-requests
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
