import fc from 'fast-check';

/** An APNs token as it is stored: bytes as lower-case hex, usually 32. */
export const anyHexToken = fc
  .uint8Array({ minLength: 1, maxLength: 100 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

/** The same token as an app might write it: letters in either case, in groups, in brackets. */
export const anySpellingOf = (token: string): fc.Arbitrary<string> =>
  fc
    .record({
      upper: fc.array(fc.boolean(), { minLength: token.length, maxLength: token.length }),
      group: fc.constantFrom(0, 4, 8),
      brackets: fc.boolean(),
    })
    .map(({ upper, group, brackets }) => {
      const letters = [...token].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter));
      const spaced = letters
        .map((letter, i) => (group > 0 && i > 0 && i % group === 0 ? ` ${letter}` : letter))
        .join('');
      return brackets ? `<${spaced}>` : spaced;
    });
