import type { ArchivePlace } from './archive-url.ts';
import { FileReader } from './file/file-reader.ts';
import { openFileSink } from './file/file-sink.ts';
import { PostgresReader } from './postgres/postgres-reader.ts';
import { openPostgresSink } from './postgres/postgres-sink.ts';
import type { ArchiveReader, ArchiveSink } from './sink.ts';

/**
 * Opens an archive to write it. `writer` is the number of the archiver; a sink may be opened again with the same.
 * @throws when it cannot be reached.
 */
export const openSink = (place: ArchivePlace, writer: number): Promise<ArchiveSink> =>
  place.kind === 'file'
    ? openFileSink({ folder: place.folder, writer: `${writer}-${Date.now()}-${process.pid}` })
    : openPostgresSink({ url: place.url, writer });

/** Opens an archive to read it; it need not be reachable yet. */
export const openReader = (place: ArchivePlace): ArchiveReader =>
  place.kind === 'file' ? new FileReader(place.folder) : new PostgresReader(place.url);
