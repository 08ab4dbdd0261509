import { compressionError } from '../violation.ts';
import { CODE_LENGTHS, END_OF_STRING } from './huffman-code.ts';

/**
 * The decoder is an automaton that reads four bits at a time. Its states are the inner nodes of the code's tree, 256 of
 * them; a transition holds the next state, the symbol it completes, and these flags.
 */
const EMITS = 1 << 16;
const FAILS = 1 << 17;
const TRANSITIONS = new Uint32Array(256 * 16);
/** States in which a string may end: its last bits are fewer than eight ones, the padding. */
const MAY_END = new Uint8Array(256);

type Node = { state: number; children: (Node | number | undefined)[] };

build();

/**
 * Decodes a Huffman string of `source` to Latin-1, one character a byte.
 * https://www.rfc-editor.org/rfc/rfc7541#section-5.2
 */
export function decodeHuffman(source: Buffer, start: number, end: number): string {
  // No code is shorter than five bits.
  const output = scratchFor(((end - start) * 8) / 5 + 1);
  let length = 0;
  let state = 0;
  for (let at = start; at < end; at += 1) {
    const byte = source[at] as number;
    const high = TRANSITIONS[(state << 4) | (byte >> 4)] as number;
    if (high & EMITS) output[length++] = (high >> 8) & 0xff;
    const low = TRANSITIONS[((high & 0xff) << 4) | (byte & 0x0f)] as number;
    if (low & EMITS) output[length++] = (low >> 8) & 0xff;
    if ((high | low) & FAILS) throw compressionError('a Huffman string contains the end-of-string symbol');
    state = low & 0xff;
  }
  if (MAY_END[state] === 0) throw compressionError('a Huffman string ends with a wrong padding');
  return output.toString('latin1', 0, length);
}

const SCRATCH = Buffer.allocUnsafe(4096);
const scratchFor = (length: number): Buffer => (length <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(length));

function build(): void {
  const nodes: Node[] = [];
  const newNode = (): Node => {
    const node: Node = { state: nodes.length, children: [] };
    nodes.push(node);
    return node;
  };
  const root = newNode();
  for (const [symbol, code, length] of canonicalCodes()) {
    let node = root;
    for (let bit = length - 1; bit > 0; bit -= 1) {
      const branch = (code >> bit) & 1;
      const child = node.children[branch] ?? newNode();
      node.children[branch] = child;
      node = child as Node;
    }
    node.children[code & 1] = symbol;
  }
  for (const node of nodes) {
    for (let nibble = 0; nibble < 16; nibble += 1)
      TRANSITIONS[node.state * 16 + nibble] = transition(root, node, nibble);
  }
  let padding: Node | number | undefined = root;
  for (let ones = 0; ones < 8; ones += 1) {
    MAY_END[(padding as Node).state] = 1;
    padding = (padding as Node).children[1];
  }
}

/** Symbol, code and length, shortest first. */
function* canonicalCodes(): Generator<[symbol: number, code: number, length: number]> {
  const symbols = CODE_LENGTHS.map((length, symbol) => ({ length, symbol })).sort(
    (a, b) => a.length - b.length || a.symbol - b.symbol,
  );
  let code = 0;
  let previous = 0;
  for (const { symbol, length } of symbols) {
    code <<= length - previous;
    previous = length;
    yield [symbol, code, length];
    code += 1;
  }
}

/** Four bits complete at most one symbol. */
function transition(root: Node, from: Node, nibble: number): number {
  let node = from;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    const child = node.children[(nibble >> bit) & 1];
    if (child === END_OF_STRING) return FAILS;
    if (typeof child === 'number') {
      emitted = EMITS | (child << 8);
      node = root;
    } else {
      node = child as Node;
    }
  }
  return emitted | node.state;
}
