/** Longer than any element of a list answer; a file without structure must not exhaust memory. */
const MAX_OBJECT = 1_000_000;

/**
 * The objects that are elements of arrays, in JSON of any length that arrives in pieces: one answer, several in a row
 * or a list of answers. Only the outermost such objects; what is inside them is theirs. Constant memory.
 * @throws Error if the text ends within an object, or one is no JSON or too long.
 */
export async function* objectsInArrays(pieces: AsyncIterable<string>): AsyncGenerator<unknown> {
  /** The open brackets around the current position, outside of an object that is being collected. */
  const open: string[] = [];
  let collected = '';
  let depth = 0;
  let inString = false;
  let escaped = false;
  for await (const piece of pieces) {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at] as string;
      if (inString) {
        if (escaped) escaped = false;
        else if (character === '\\') escaped = true;
        else if (character === '"') inString = false;
        continue;
      }
      if (character === '"') inString = true;
      else if (character === '{' || character === '[') {
        if (depth > 0) depth++;
        else if (character === '{' && open.at(-1) === '[') {
          depth = 1;
          from = at;
        } else open.push(character);
      } else if (character === '}' || character === ']') {
        if (depth === 0) open.pop();
        else if (--depth === 0) {
          yield parse(collected + piece.slice(from, at + 1));
          collected = '';
        }
      }
    }
    if (depth > 0) collected += piece.slice(from);
    if (collected.length > MAX_OBJECT) throw new Error(`an element of the JSON is over ${MAX_OBJECT} characters`);
  }
  if (depth > 0 || open.length > 0) throw new Error('the JSON ends too early');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('the file is not JSON', { cause });
  }
}
