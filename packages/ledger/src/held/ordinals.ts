/** Ordinals in ascending order as ranges: `0-3,5`. */
export function encodeOrdinals(ordinals: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const ordinal of ordinals) {
    const range = ranges.at(-1);
    if (range && ordinal === range[1] + 1) range[1] = ordinal;
    else ranges.push([ordinal, ordinal]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** The ordinals of these ranges. */
export const decodeOrdinals = (text: string): number[] =>
  text.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });

/** Lua: calls `each` with every ordinal of some ranges. */
export const ORDINALS_LUA = `
local function eachOrdinal(text, each)
  for first, last in string.gmatch(text, '(%d+)%-?(%d*)') do
    for ordinal = tonumber(first), tonumber(last) or tonumber(first) do each(ordinal) end
  end
end`;
