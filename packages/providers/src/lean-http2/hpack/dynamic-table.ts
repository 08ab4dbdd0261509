import type { Field } from './field.ts';

/** The default of SETTINGS_HEADER_TABLE_SIZE, and the most that we use in either direction. */
export const DEFAULT_TABLE_SIZE = 4096;

/** The fields both sides remember, newest first: https://www.rfc-editor.org/rfc/rfc7541#section-2.3.2 */
export class DynamicTable<T extends { readonly size: number } = Field> {
  /** From the oldest at `#first` to the newest at the end. */
  #fields: T[] = [];
  #first = 0;
  #size = 0;
  #capacity = DEFAULT_TABLE_SIZE;
  /** Fields ever added. */
  #added = 0;

  get capacity(): number {
    return this.#capacity;
  }

  /** Evicts what no longer fits. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#evict(capacity);
  }

  /** Adds a field and returns its serial number. One larger than the table empties it. */
  add(field: T): number {
    this.#evict(this.#capacity - field.size);
    this.#added += 1;
    if (field.size <= this.#capacity) {
      this.#fields.push(field);
      this.#size += field.size;
    }
    return this.#added;
  }

  /** The field at a position; 1 is the newest. */
  at(position: number): T | undefined {
    return position > this.#length ? undefined : this.#fields[this.#fields.length - position];
  }

  /** The position of the field with this serial number; undefined when it was evicted. */
  positionOf(serial: number): number | undefined {
    const position = this.#added - serial + 1;
    return position <= this.#length ? position : undefined;
  }

  get #length(): number {
    return this.#fields.length - this.#first;
  }

  #evict(room: number): void {
    while (this.#size > room && this.#length > 0) {
      this.#size -= (this.#fields[this.#first] as T).size;
      this.#first += 1;
    }
    // Amortized: what was evicted leaves memory once it is more than half.
    if (this.#first > this.#length) {
      this.#fields = this.#fields.slice(this.#first);
      this.#first = 0;
    }
  }
}
