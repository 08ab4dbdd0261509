/** Words of scripts that are written from right to left, with the spaces between them. */
const RIGHT_TO_LEFT = /([\u0590-\u08ff\ufb1d-\ufefc]+(?:\s+[\u0590-\u08ff\ufb1d-\ufefc]+)*)/;

/** A part of a text that is written in one direction. */
interface Run {
  /** Where it begins in the text. */
  at: number;
  text: string;
  isRightToLeft: boolean;
}

/** A text in parts of one direction each; together they are the text. */
export function runsOf(text: string): Run[] {
  let at = 0;
  // Split by a group: every second part is what it matched.
  return text.split(RIGHT_TO_LEFT).map((part, i) => {
    const run = { at, text: part, isRightToLeft: i % 2 === 1 };
    at += part.length;
    return run;
  });
}
