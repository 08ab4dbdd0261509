import { createPrivateKey, type KeyObject } from 'node:crypto';

/** A PEM block with anything between its lines; one with an encryption header does not match. */
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/;
const PRIVATE_BLOCK = /-----BEGIN (?:[A-Z0-9]+ )?PRIVATE KEY-----/;
const BASE64 = /^[A-Za-z0-9+/\s]{40,}={0,2}\s*$/;
const LINE = /.{64}(?=.)/g;

/** Strips the quotes around a text copied from a settings file. */
const unquoted = (text: string): string => /^\s*(["'`])([\s\S]*)\1,?\s*$/.exec(text)?.[2] ?? text.trim();

/**
 * Turns written-out `
 * ` and `\r`, with any number of backslashes, into line breaks.
 */
const withLineBreaks = (text: string): string => text.replace(/(?:\\+r)?\\+n/g, '\n').replace(/\\+r/g, '\n');

/** The private key in a text, as PEM and parsed; undefined if there is none that can be read. */
export function privateKeyIn(text: string): { pem: string; key: KeyObject } | undefined {
  for (const pem of [text, pastedPem(text)]) {
    const key = pem === undefined ? undefined : readKey(pem);
    if (pem !== undefined && key) return { pem, key };
  }
  return undefined;
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/**
 * The PEM in pasted text: its line breaks may be written as `
 * `, missing, or replaced by spaces; it may be quoted, entirely base64-encoded, or lack its first and last line.
 * Undefined if it contains no private key.
 */
function pastedPem(text: string): string | undefined {
  const plain = withLineBreaks(unquoted(text));
  const pem = BASE64.test(plain) ? fromBase64(plain) : plain;
  const at = PRIVATE_BLOCK.exec(pem)?.index;
  const [, label, body] = (at === undefined ? undefined : BLOCK.exec(pem.slice(at))) ?? [];
  if (label === undefined || body === undefined) return undefined;
  const base64 = body.replace(/\s/g, '');
  return `-----BEGIN ${label}-----\n${base64.replace(LINE, '$&\n')}\n-----END ${label}-----\n`;
}

/** A file that was base64-encoded entirely, else the content of a PKCS #8 block. */
function fromBase64(text: string): string {
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return decoded.includes('-----BEGIN') ? decoded : `-----BEGIN PRIVATE KEY-----${text}-----END PRIVATE KEY-----`;
}

/** What is wrong with a text that contains no readable private key, as a sentence without any of it. */
export function pemProblem(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label === undefined) return 'has no line -----BEGIN PRIVATE KEY-----, with which a private key in PEM begins';
  if (/ENCRYPTED/.test(text)) return 'is encrypted with a passphrase; it must be the private key itself';
  if (!label.endsWith('PRIVATE KEY')) return `is a ${label.toLowerCase()}; it must be the private key`;
  if (!text.includes(`-----END ${label}-----`)) return `is cut off: it has no line -----END ${label}-----`;
  return `cannot be read between -----BEGIN ${label}----- and its end; part of it is missing or changed`;
}

/**
 * The JSON object in pasted text: unchanged, in quotes, with its quotes and line breaks escaped, or with the line
 * breaks of its strings unescaped. Undefined if there is none.
 */
export function pastedObject(text: string): object | undefined {
  const plain = unquoted(text);
  const inStrings = plain.replace(/"(?:[^"\\]|\\.)*"/gs, (string) => string.replace(/\r?\n/g, '\\n'));
  const candidates = [text, plain, inStrings, unescaped(plain)];
  for (const candidate of candidates) {
    const value = candidate === undefined ? undefined : parseJson(candidate);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  }
  return undefined;
}

function unescaped(text: string): string | undefined {
  const value = parseJson(`"${text}"`);
  return typeof value === 'string' ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
