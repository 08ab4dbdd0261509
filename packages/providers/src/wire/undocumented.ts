/** An answer that no error table has. */
export interface UndocumentedAnswer {
  provider: 'fcm' | 'apns';
  status: number;
  /** The service's code for it, if it looks like one. */
  word: string | undefined;
}

/** Called with an answer that no error table has. */
export type OnUndocumented = (answer: UndocumentedAnswer) => void;

/** A code of a service: free text from outside is not repeated. */
const CODE = /^[A-Za-z_]{1,60}$/;

/** The word of a service if it is a code. */
export const codeIn = (word: string | undefined): string | undefined =>
  word !== undefined && CODE.test(word) ? word : undefined;
