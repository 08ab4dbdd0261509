/**
 * A block has the steps of one key, each as its number (a byte), its length (two bytes) and its counts. Counts are in
 * the order in which the app's counters were first used, as varints (seven bits a byte, the lowest first); a zero byte
 * and another byte stand for so many zeros: no count is 0 itself. That is one or two bytes a count: a hash would take
 * twenty.
 */

/** Lua: `grow` adds counts to a step of a block and returns the block. */
export const BLOCK_LUA = `
local function varint(n)
  local bytes = ''
  while n >= 128 do
    bytes = bytes .. string.char(n % 128 + 128)
    n = math.floor(n / 128)
  end
  return bytes .. string.char(n)
end
local function countsIn(text)
  local counts, size, i = {}, 0, 1
  while i <= #text do
    local byte = string.byte(text, i)
    if byte == 0 then
      size, i = size + string.byte(text, i + 1), i + 2
    else
      local n, unit = 0, 1
      while byte >= 128 do
        n, unit, i = n + (byte - 128) * unit, unit * 128, i + 1
        byte = string.byte(text, i)
      end
      size, i = size + 1, i + 1
      counts[size] = n + byte * unit
    end
  end
  return counts, size
end
local function encoded(counts, size)
  local parts, zeros = {}, 0
  for i = 1, size do
    if (counts[i] or 0) > 0 then
      if zeros > 0 then parts[#parts + 1] = string.char(0, zeros) end
      parts[#parts + 1], zeros = varint(counts[i]), 0
    else
      zeros = zeros + 1
      if zeros == 255 then parts[#parts + 1], zeros = string.char(0, 255), 0 end
    end
  end
  return table.concat(parts)
end
local function grow(block, step, more, most)
  local from, to, old = #block + 1, #block, ''
  local i = 1
  while i <= #block do
    local length = string.byte(block, i + 1) * 256 + string.byte(block, i + 2)
    if string.byte(block, i) == step then
      from, to, old = i, i + 2 + length, string.sub(block, i + 3, i + 2 + length)
      break
    end
    i = i + 3 + length
  end
  local counts, size = countsIn(old)
  for place, n in pairs(more) do counts[place] = (counts[place] or 0) + n end
  local text = encoded(counts, math.max(size, most))
  if text ~= '' then text = string.char(step, math.floor(#text / 256), #text % 256) .. text end
  return string.sub(block, 1, from - 1) .. text .. string.sub(block, to + 1)
end`;

/** The counts of every step of a block, by the number of the step and the place of the counter (from 0). */
export function decodeBlock(block: Buffer): Map<number, Map<number, number>> {
  const steps = new Map<number, Map<number, number>>();
  for (let i = 0; i < block.length; ) {
    const length = block.readUInt16BE(i + 1);
    steps.set(block[i] as number, decodeCounts(block.subarray(i + 3, i + 3 + length)));
    i += 3 + length;
  }
  return steps;
}

function decodeCounts(bytes: Buffer): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0, place = 0; i < bytes.length; ) {
    let byte = bytes[i++] as number;
    if (byte === 0) {
      place += bytes[i++] as number;
      continue;
    }
    let n = 0;
    let unit = 1;
    for (; byte >= 128; byte = bytes[i++] as number, unit *= 128) n += (byte - 128) * unit;
    counts.set(place++, n + byte * unit);
  }
  return counts;
}
