import { type DestinationStream, pino } from 'pino';

/**
 * Joins the lines of one turn of the event loop in one write: a system call costs more than making a line, and a busy
 * process has many lines in a turn. A process that is killed loses those of the turn; one that exits or fails, none.
 */
export function joinLines(destination: DestinationStream): DestinationStream & { flush(): void } {
  let lines = '';
  const flush = () => {
    const joined = lines;
    lines = '';
    if (joined !== '') destination.write(joined);
  };
  return {
    flush,
    write(line) {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}

let shared: DestinationStream | undefined;

/** Standard output, shared by all loggers of the process. */
export function standardOutput(): DestinationStream {
  if (shared) return shared;
  const joined = joinLines(pino.destination({ dest: 1, sync: true }));
  process.on('exit', joined.flush);
  shared = joined;
  return joined;
}
