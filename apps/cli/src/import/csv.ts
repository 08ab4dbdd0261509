/** Longer than any record of an import. */
const MAX_RECORD = 100_000;

/**
 * Lines of an import from CSV (RFC 4180): the first record names the fields of the lines, one of which is `type` unless
 * it is given. Empty cells are left out. `deactivated` is true or false, `until` a number, `preferences` JSON.
 * @throws Error naming the record that is wrong.
 */
export async function* csvLines(
  pieces: AsyncIterable<string>,
  { type }: { type?: string | undefined } = {},
): AsyncGenerator<object> {
  let names: string[] | undefined;
  let number = 0;
  for await (const cells of records(pieces)) {
    number++;
    if (names === undefined) {
      names = cells.map((name) => name.trim());
      if (type === undefined && !names.includes('type')) throw new Error('the CSV has no column "type"; use --type');
      continue;
    }
    if (cells.length === 1 && cells[0] === '') continue;
    if (cells.length !== names.length) {
      throw new Error(`record ${number} has ${cells.length} cells, the first has ${names.length}`);
    }
    const fields = names.map((name, i) => [name, cells[i] ?? ''] as const).filter(([, cell]) => cell !== '');
    yield {
      ...(type === undefined ? {} : { type }),
      ...Object.fromEntries(fields.map(([name, cell]) => [name, cellValue(name, cell)])),
    };
  }
}

/** The value of a cell. What is wrong stays text, which the server reports with the number of the line. */
function cellValue(name: string, cell: string): unknown {
  if (name === 'deactivated') return cell === 'true' ? true : cell === 'false' ? false : cell;
  if (name === 'until') return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  if (name !== 'preferences') return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

/** The cells of each record. Quoted cells may have commas, line breaks and doubled quotes. */
async function* records(pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  /** After a quote within a quoted cell: another one is a quote, anything else ends the cell. */
  let quoteBefore = false;
  let length = 0;
  let isFirst = true;
  for await (const piece of pieces) {
    // A byte order mark, as spreadsheets write it.
    for (const character of isFirst ? piece.replace(/^\ufeff/, '') : piece) {
      isFirst = false;
      if (++length > MAX_RECORD)
        throw new Error(`a record of the CSV is over ${MAX_RECORD} characters: a quote missing?`);
      if (quoted && !quoteBefore) {
        if (character === '"') quoteBefore = true;
        else cell += character;
      } else if (character === '"' && quoteBefore) {
        cell += '"';
        quoteBefore = false;
      } else if (character === '"' && cell === '' && !quoted) quoted = true;
      else if (character === ',' || character === '\n') {
        cells.push(cell.endsWith('\r') && !quoted && character === '\n' ? cell.slice(0, -1) : cell);
        [cell, quoted, quoteBefore] = ['', false, false];
        if (character === ',') continue;
        yield cells;
        [cells, length] = [[], 0];
      } else if (character !== '\r' || !quoteBefore) cell += character;
    }
  }
  if (quoted && !quoteBefore) throw new Error('the CSV ends within quotes');
  if (cell !== '' || quoted || cells.length > 0) yield [...cells, cell.replace(/\r$/, '')];
}
