import { compressionError } from '../violation.ts';
import { DEFAULT_TABLE_SIZE, DynamicTable } from './dynamic-table.ts';
import { type Field, fieldOf } from './field.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

/**
 * Decodes the header blocks of one connection, in the order of their arrival.
 * https://www.rfc-editor.org/rfc/rfc7541#section-3 . Every error is a `Violation`: it makes later blocks unreadable.
 */
export class HpackDecoder {
  readonly #table = new DynamicTable();
  readonly #maxListSize: number;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** `maxListSize` limits the sum of the sizes of a block's fields. */
  constructor(maxListSize: number) {
    this.#maxListSize = maxListSize;
  }

  /**
   * Decodes the bytes of a complete block; undefined when its fields exceed the limit. It is then read to its end as
   * well, for the table.
   */
  decode(block: Buffer, start: number, end: number): Field[] | undefined {
    this.#block = block;
    this.#at = start;
    this.#end = end;
    this.#sizeUpdates();
    const fields: Field[] = [];
    let size = 0;
    while (this.#at < end) {
      const field = this.#field();
      size += field.size;
      if (size <= this.#maxListSize) fields.push(field);
    }
    return size <= this.#maxListSize ? fields : undefined;
  }

  /** They may only begin a block: https://www.rfc-editor.org/rfc/rfc7541#section-4.2 */
  #sizeUpdates(): void {
    while (this.#at < this.#end && ((this.#block[this.#at] as number) & 0xe0) === 0x20) {
      const size = this.#integer(0x1f);
      if (size > DEFAULT_TABLE_SIZE) throw compressionError('the table is larger than announced');
      this.#table.resize(size);
    }
  }

  /** https://www.rfc-editor.org/rfc/rfc7541#section-6 */
  #field(): Field {
    const byte = this.#block[this.#at] as number;
    if (byte & 0x80) return this.#indexed(this.#integer(0x7f));
    if (byte & 0x40) {
      const field = this.#literal(this.#integer(0x3f));
      this.#table.add(field);
      return field;
    }
    if (byte & 0x20) throw compressionError('the size of the table changes within a block');
    return this.#literal(this.#integer(0x0f));
  }

  #indexed(index: number): Field {
    const field = index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : this.#table.at(index - STATIC_TABLE.length);
    if (field === undefined) throw compressionError('an index is in no table');
    return field;
  }

  /** Index 0: the name is a literal, too. */
  #literal(nameIndex: number): Field {
    const name = nameIndex === 0 ? this.#string() : this.#indexed(nameIndex).name;
    return fieldOf(name, this.#string());
  }

  /** https://www.rfc-editor.org/rfc/rfc7541#section-5.2 */
  #string(): string {
    const isHuffman = this.#at < this.#end && ((this.#block[this.#at] as number) & 0x80) !== 0;
    const length = this.#integer(0x7f);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw compressionError('a string exceeds its block');
    return isHuffman ? decodeHuffman(this.#block, start, this.#at) : this.#block.toString('latin1', start, this.#at);
  }

  /** An integer in the low bits of a byte and those after it: https://www.rfc-editor.org/rfc/rfc7541#section-5.1 */
  #integer(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw compressionError('an integer is too large');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw compressionError('a block ends within a field');
    return this.#block[this.#at++] as number;
  }
}
