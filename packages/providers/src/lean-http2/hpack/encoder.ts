import { DEFAULT_TABLE_SIZE, DynamicTable } from './dynamic-table.ts';
import { STATIC_TABLE } from './static-table.ts';

/** First bytes, with the bits that begin an integer: https://www.rfc-editor.org/rfc/rfc7541#section-6 */
const INDEXED = { pattern: 0x80, mask: 0x7f };
const REMEMBERED = { pattern: 0x40, mask: 0x3f };
const NOT_REMEMBERED = { pattern: 0x00, mask: 0x0f };
const SIZE_UPDATE = { pattern: 0x20, mask: 0x1f };
const STRING = { pattern: 0x00, mask: 0x7f };

/** The overhead that every field counts for: https://www.rfc-editor.org/rfc/rfc7541#section-4.1 */
const OVERHEAD_BYTES = 32;
/** Bytes of a representation beyond its strings: three integers, of at most five bytes each. */
const MAX_PREFIX_BYTES = 16;

const NAME = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** One byte a character, no control character: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A value that both sides have in a table. */
interface Remembered {
  value: string;
  /** Its number in the dynamic table, where it may have been evicted; undefined: it is in the static table. */
  serial: number | undefined;
  staticIndex: number;
}

/** A name that was used before. */
interface KnownName {
  /** In the static table; 0: it is not there. */
  staticIndex: number;
  remembered: Remembered[];
}

/** A field of the block being encoded. */
interface Planned {
  name: string;
  value: string;
  known: KnownName;
  found: Remembered | undefined;
  isUnrepeated: boolean;
}

const NOTHING_PLANNED: Planned = {
  name: '',
  value: '',
  known: { staticIndex: 0, remembered: [] },
  found: undefined,
  isUnrepeated: false,
};

const NO_NAMES: ReadonlySet<string> = new Set();

/**
 * Encodes the header blocks of one connection. Fields that repeat are remembered by both sides and then take a byte or
 * two. The caller says which rarely repeat; of these only the name is remembered. Strings are not Huffman-coded: those
 * that repeat are sent once, and the others are short.
 */
export class HpackEncoder {
  readonly #table = new DynamicTable<{ size: number }>();
  readonly #names = new Map<string, KnownName>();
  /** The fields of the block; the objects are used again for the next one. */
  readonly #planned: Planned[] = [];
  #count = 0;
  #maxBytes = 0;
  #at = 0;
  /** Table sizes that the next block has to announce. */
  #sizeUpdates: number[] = [];

  /** The bytes of the latest block; the next one overwrites them. */
  bytes = Buffer.allocUnsafe(4096);

  /** The server's SETTINGS_HEADER_TABLE_SIZE. */
  limitTable(size: number): void {
    const capacity = Math.min(size, DEFAULT_TABLE_SIZE);
    if (capacity === this.#table.capacity) return;
    this.#table.resize(capacity);
    // The smallest since the last block, then the final one: https://www.rfc-editor.org/rfc/rfc7541#section-4.2
    const smallest = Math.min(capacity, ...this.#sizeUpdates);
    this.#sizeUpdates = smallest === capacity ? [capacity] : [smallest, capacity];
  }

  /** Starts a block. */
  begin(): void {
    this.#count = 0;
    this.#maxBytes = 4 * MAX_PREFIX_BYTES;
  }

  /**
   * Adds a field to the block. Throws a TypeError if it contains what a header must not, such as a line break: the
   * block is then abandoned, and the next one may begin.
   */
  add(name: string, value: string, unrepeated: ReadonlySet<string> = NO_NAMES): void {
    const known = this.#names.get(name) ?? this.#learn(name);
    const found = find(known, value);
    if (found === undefined && !VALUE.test(value)) throw new TypeError(`the header ${name} has a malformed value`);
    const planned = this.#next();
    planned.name = name;
    planned.value = value;
    planned.known = known;
    planned.found = found;
    planned.isUnrepeated = unrepeated.has(name);
    this.#maxBytes += MAX_PREFIX_BYTES + name.length + value.length;
  }

  /** Ends the block. Returns its length; `bytes` begin with it. */
  end(): number {
    if (this.#maxBytes > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * this.#maxBytes);
    this.#at = 0;
    for (const size of this.#sizeUpdates) this.#integer(SIZE_UPDATE, size);
    this.#sizeUpdates = [];
    for (let i = 0; i < this.#count; i += 1) this.#field(this.#planned[i] as Planned);
    return this.#at;
  }

  #next(): Planned {
    const planned = this.#planned[this.#count] ?? { ...NOTHING_PLANNED };
    this.#planned[this.#count] = planned;
    this.#count += 1;
    return planned;
  }

  #learn(name: string): KnownName {
    if (!NAME.test(name)) throw new TypeError('a header has a malformed name');
    const remembered: Remembered[] = [];
    let staticIndex = 0;
    for (const [i, field] of STATIC_TABLE.entries()) {
      if (field.name !== name) continue;
      staticIndex ||= i + 1;
      if (field.value !== '') remembered.push({ value: field.value, serial: undefined, staticIndex: i + 1 });
    }
    const known = { staticIndex, remembered };
    this.#names.set(name, known);
    return known;
  }

  #field(field: Planned): void {
    const { found, known } = field;
    const index = found === undefined ? 0 : this.#indexOf(found);
    if (index > 0) this.#integer(INDEXED, index);
    else this.#literal(field, known);
  }

  #literal(field: Planned, known: KnownName): void {
    const nameIndex = known.staticIndex || this.#nameIndex(known);
    const remember = this.#isWorthRemembering(field, nameIndex);
    this.#integer(remember ? REMEMBERED : NOT_REMEMBERED, nameIndex);
    if (nameIndex === 0) this.#string(field.name);
    this.#string(field.value);
    if (remember) this.#remember(field);
  }

  /** A field larger than half the table would evict most others. */
  #isWorthRemembering(field: Planned, nameIndex: number): boolean {
    return sizeOf(field) <= this.#table.capacity / 2 && !(field.isUnrepeated && nameIndex > 0);
  }

  #remember(field: Planned): void {
    const serial = this.#table.add({ size: sizeOf(field) });
    const { known } = field;
    known.remembered = known.remembered.filter((entry) => this.#indexOf(entry) > 0);
    known.remembered.push({ value: field.value, serial, staticIndex: 0 });
  }

  /** The index of any field with that name; 0: there is none. */
  #nameIndex({ remembered }: KnownName): number {
    for (const entry of remembered) {
      const index = this.#indexOf(entry);
      if (index > 0) return index;
    }
    return 0;
  }

  /** 0: it was evicted. */
  #indexOf({ serial, staticIndex }: Remembered): number {
    if (serial === undefined) return staticIndex;
    const position = this.#table.positionOf(serial);
    return position === undefined ? 0 : STATIC_TABLE.length + position;
  }

  /** https://www.rfc-editor.org/rfc/rfc7541#section-5.1 */
  #integer({ pattern, mask }: { pattern: number; mask: number }, value: number): void {
    if (value < mask) {
      this.bytes[this.#at++] = pattern | value;
      return;
    }
    this.bytes[this.#at++] = pattern | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest >>= 7) this.bytes[this.#at++] = 0x80 | (rest & 0x7f);
    this.bytes[this.#at++] = rest;
  }

  #string(text: string): void {
    this.#integer(STRING, text.length);
    this.#at += this.bytes.write(text, this.#at, 'latin1');
  }
}

function find({ remembered }: KnownName, value: string): Remembered | undefined {
  for (const entry of remembered) if (entry.value === value) return entry;
  return undefined;
}

const sizeOf = ({ name, value }: Planned): number => name.length + value.length + OVERHEAD_BYTES;
