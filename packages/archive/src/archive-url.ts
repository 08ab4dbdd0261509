import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Where an archive is. */
export type ArchivePlace = { kind: 'file'; folder: string } | { kind: 'postgres'; url: string };

/** The place that an ARCHIVE_URL names; undefined if it is none. */
function parseArchiveUrl(text: string): ArchivePlace | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (/^postgres(ql)?:$/.test(url.protocol)) return { kind: 'postgres', url: text };
  if (url.protocol !== 'file:' || url.host !== '' || url.pathname === '/') return undefined;
  return { kind: 'file', folder: fileURLToPath(url) };
}

/** The variables of every app that writes or reads the archive, to spread into its schema. */
export const archiveEnv = {
  ARCHIVE_URL: z
    .string()
    .transform((text, context) => {
      const place = parseArchiveUrl(text);
      if (place) return place;
      context.addIssue({ code: 'custom', message: 'expected file:/folder or postgres://user:password@host/database' });
      return z.NEVER;
    })
    .optional()
    .describe(
      'Archive of finished events: file:/folder or postgres://… Off by default. The same for ingest and fanout.',
    ),
};

/** The code of an error, or else its message: short, and without the URL of the archive. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message ?? error);
}
