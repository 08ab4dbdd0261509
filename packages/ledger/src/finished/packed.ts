import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expanded, UnreadableRecordError } from '../event/record.ts';

/** Everything that is kept of a finished event: the fields of its hash, and its plan and states if they are small. */
export interface FinishedRecord {
  fields: Readonly<Record<string, string>>;
  /** The text of its only slice. */
  plan: string | undefined;
  /** Four bits per delivery. */
  states: Buffer | undefined;
}

/** The field that marks a packed hash, and says how the rest is encoded. */
export const PACKED = 'z';
const FORMAT = '1';

/**
 * Fields that scripts and `isFullyPlanned` read of a packed event as well. Without the others, `exp` and `slice` above
 * all, every script takes the event for gone and changes nothing.
 */
const KEPT = ['at', 'full'] as const;

/** Fields that serve open events only, or have a place of their own; `size` is of a previous version. */
const DROPPED = new Set(['exp', 'look', 'swept', 'size', 'adm', 'moved', 'tp', 'body', ...KEPT]);

/** Times, which are kept as the milliseconds since the event was received: some are the same for many events. */
const TIMES = ['by', 'hold', 'done'] as const;

/**
 * Longer values turn a small hash into a hash table of several times the size, on a server with default settings
 * (`hash-max-listpack-value`).
 */
const CHUNK = 64;

/** What most records consist of. The format's number stands for exactly this text: a change needs a new number. */
const DICTIONARY = Buffer.from(
  '"token_dead":"1""superseded":"1""expired":"1""!NO_TARGET":"1""!MUTED":"1""lane":"call""lane":"bulk"' +
    '"type":"call.initiated","call":{"sessionId":"type":"reaction.added","reaction":{"messageId":"messageSender":"' +
    '"type":"message.edited","type":"message.deleted","avatar":"https://","parentId":"mentions":"metadata":"url":"' +
    '"type":"image","category":"custom","conversation":{"type":"group","id":","deviceId":"20304050 the you and we for' +
    '{"app":"lane":"chat","by":"3600000","hold":"86400000","v":"1","applied":"1","slice":"1","cursor":"","next":"1",' +
    '"aud":"1","accepted":"1","done":"1"}\x002\x00{"id":"","type":"message.sent","sentAt":17,"sender":{"uid":"",' +
    '"name":""},"conversation":{"type":"user","id":""},"message":{"id":"","category":"message","type":"text",' +
    '"text":""}}' +
    '\x000\t\t1\t2\t1\tdefault\n\tf',
);

/** A window as large as most records; a larger one costs more to set up than it saves. */
const OPTIONS = { dictionary: DICTIONARY, windowBits: 12, memLevel: 5, level: 9 };

/** The fields of a packed hash, as field, value, field, value …: those kept, the mark, and the rest in small chunks. */
export function pack({ fields, plan = '', states }: FinishedRecord): (string | Buffer)[] {
  const rest: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (!DROPPED.has(name)) rest[name] = value;
  for (const name of TIMES) if (rest[name] !== undefined) rest[name] = String(Number(rest[name]) - Number(fields.at));
  // JSON has no character 0, nor has a plan.
  const text = [JSON.stringify(rest), states?.toString('hex') ?? '', fields.body ?? '', plan].join('\0');
  const bytes = deflateRawSync(text, OPTIONS);
  const packed: (string | Buffer)[] = KEPT.flatMap((name) => (fields[name] === undefined ? [] : [name, fields[name]]));
  packed.push(PACKED, FORMAT);
  for (let from = 0; from < bytes.length; from += CHUNK) {
    packed.push(String(from / CHUNK), bytes.subarray(from, from + CHUNK));
  }
  return packed;
}

/** The fields of a hash that is not packed, expanded. */
export function textsOf(hash: Readonly<Record<string, Buffer>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in hash) texts[name] = String(hash[name]);
  return expanded(texts);
}

/** Whether a hash, as Redis has it, is packed. */
export const isPacked = (hash: Readonly<Record<string, Buffer>>): boolean => hash[PACKED] !== undefined;

/** Decodes a packed hash. @throws UnreadableRecordError if it is of a format this version does not know. */
export function unpack(hash: Readonly<Record<string, Buffer>>): FinishedRecord {
  const format = hash[PACKED]?.toString();
  if (format !== FORMAT) {
    throw new UnreadableRecordError(`the record of an event has format ${format}, newer than this version`);
  }
  const chunks: Buffer[] = [];
  for (let chunk = hash['0']; chunk; chunk = hash[String(chunks.length)]) chunks.push(chunk);
  const text = inflateRawSync(Buffer.concat(chunks), OPTIONS).toString();
  const [rest = '{}', states = '', body = '', plan = ''] = text.split('\0');
  const fields: Record<string, string> = JSON.parse(rest);
  for (const name of KEPT) if (hash[name] !== undefined) fields[name] = hash[name].toString();
  for (const name of TIMES)
    if (fields[name] !== undefined) fields[name] = String(Number(fields[name]) + Number(fields.at));
  if (body !== '') fields.body = body;
  return { fields, plan: plan || undefined, states: states === '' ? undefined : Buffer.from(states, 'hex') };
}

/** The fields of an event's hash, packed or not; undefined when the event has expired. */
export function fieldsIn(hash: Readonly<Record<string, Buffer>>): FinishedRecord['fields'] | undefined {
  if (!hash.at) return undefined;
  return isPacked(hash) ? unpack(hash).fields : textsOf(hash);
}
