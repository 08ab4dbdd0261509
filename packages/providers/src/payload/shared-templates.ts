import { randomInt } from 'node:crypto';
import type { NotificationDetails } from '@fanfare/core';

/** What a template depends on besides the shared details. */
type Variant = readonly (string | number | boolean | undefined)[];

/** The templates of details that recipients share. They live as long as the details. */
export class SharedTemplates<T> {
  readonly #known = new WeakMap<NotificationDetails, [Variant, T][]>();

  /** The template of a variant, made on first use. */
  get(shared: NotificationDetails, variant: Variant, make: () => T): T {
    let known = this.#known.get(shared);
    if (known === undefined) {
      known = [];
      this.#known.set(shared, known);
    }
    for (const [other, made] of known) if (isSame(variant, other)) return made;
    const made = make();
    known.push([variant, made]);
    return made;
  }
}

const isSame = (one: Variant, other: Variant): boolean => one.every((value, index) => value === other[index]);

/** A number that stands for one in the details; of 12 digits, so that it is exact even in thousandths. */
export const markNumber = (): number => randomInt(100_000_000_000, 200_000_000_000);

/** The details with a mark for the unread count, if they have one. */
export const withUnreadMark = (details: NotificationDetails, mark: number): NotificationDetails =>
  details.unreadMessageCount === undefined ? details : { ...details, unreadMessageCount: mark };
