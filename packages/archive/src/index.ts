export { type ArchivePlace, archiveEnv, reasonOf } from './archive-url.ts';
export type { ArchivedEvent, ArchivedRow, ArchivedSlice, ArchivePart } from './archived.ts';
export { ARCHIVER_TIMES, type Archiver, type ArchiverTimes, startArchiver } from './archiver.ts';
export { openReader, openSink } from './open-archive.ts';
export { type ArchivePage, type ArchiveRange, type ArchiveReader, type ArchiveSink, compareEvents } from './sink.ts';
