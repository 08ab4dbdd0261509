/**
 * Parses texts of which there are many but few different ones. What was parsed is shared by all who ask: it must not be
 * changed. The texts seen first are forgotten when there are more than `capacity`. A plain Map, since fan-out asks for
 * every recipient: a hit is four times as fast as in lru-cache.
 */
export function memoByText<T>(parse: (text: string) => T, capacity: number): (text: string) => T {
  const parsed = new Map<string, T>();
  return (text) => {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const value = parse(text);
    parsed.set(text, value);
    if (parsed.size > capacity) parsed.delete(parsed.keys().next().value as string);
    return value;
  };
}
