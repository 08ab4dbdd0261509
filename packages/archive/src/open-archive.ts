import type { ArchivePlace } from './archive-url.ts';
import { FileReader } from './file/file-reader.ts';
import { openFileSink } from './file/file-sink.ts';
import type { ArchiveReader, ArchiveSink } from './sink.ts';

// The client of PostgreSQL is loaded where it is used: every process imports this package, few have such an archive.

/**
 * Opens an archive to write it. `writer` is the number of the archiver; a sink may be opened again with the same.
 * @throws when it cannot be reached.
 */
export async function openSink(place: ArchivePlace, writer: number): Promise<ArchiveSink> {
  if (place.kind === 'file') {
    return openFileSink({ folder: place.folder, writer: `${writer}-${Date.now()}-${process.pid}` });
  }
  const { openPostgresSink } = await import('./postgres/postgres-sink.ts');
  return openPostgresSink({ url: place.url, writer });
}

/** Opens an archive to read it; it need not be reachable yet. */
export async function openReader(place: ArchivePlace): Promise<ArchiveReader> {
  if (place.kind === 'file') return new FileReader(place.folder);
  const { PostgresReader } = await import('./postgres/postgres-reader.ts');
  return new PostgresReader(place.url);
}
