import fc from 'fast-check';

/** An APNs token as it is stored: bytes as hex in lower case, 32 as a rule. */
export const anyHexToken = fc
  .uint8Array({ minLength: 1, maxLength: 100 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

/** The same token as some app may write it: each letter in either case, in groups, in brackets. */
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
