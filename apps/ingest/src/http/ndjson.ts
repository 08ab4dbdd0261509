import type { Readable } from 'node:stream';
import { badRequest, fieldProblems, Uid } from '@fanfare/core';
import { z } from 'zod';

/** Far longer than any line with a uid. A stream without line breaks must not exhaust memory. */
const MAX_LINE = 10_000;

const Line = z.object({ uid: Uid });

/**
 * The uids of an NDJSON stream of `{"uid":"…"}`, one at a time. Empty lines are skipped.
 * @throws FanfareError `ERR_BAD_REQUEST` naming the line and the field.
 */
export async function* uidLines(stream: Readable): AsyncGenerator<string> {
  let number = 0;
  for await (const line of lines(stream)) {
    number++;
    if (line.trim() !== '') yield uidOf(line, number);
  }
}

/** Matches the usual form of a line, since parsing a million lines as JSON would create much garbage. */
const USUAL_LINE = /^\{"uid": ?"([A-Za-z0-9_-]{1,100})"\}\r?$/;

function uidOf(line: string, number: number): string {
  const usual = USUAL_LINE.exec(line)?.[1];
  if (usual !== undefined) return usual;
  const parsed = Line.safeParse(parseJson(line, number));
  if (parsed.success) return parsed.data.uid;
  throw badRequest(
    fieldProblems(parsed.error).map(({ field, problem }) => ({ field: `line ${number}: ${field}`, problem })),
  );
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badRequest([{ field: `line ${number}`, problem: 'is not JSON' }]);
  }
}

async function* lines(stream: Readable): AsyncGenerator<string> {
  for await (const part of lineParts(stream)) yield* part;
}

/**
 * The lines of a stream, in parts as they arrive. The last line need not end with a line break.
 * @throws FanfareError `ERR_BAD_REQUEST` for a line that is too long.
 */
export async function* lineParts(stream: Readable): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE) {
      throw badRequest([{ field: 'body', problem: `has a line over ${MAX_LINE} characters` }]);
    }
    yield parts;
  }
  if (rest !== '') yield [rest];
}
