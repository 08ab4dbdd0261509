import type { Redis } from 'ioredis';

/** The part of a socket that is needed here. */
interface Writes {
  write(...args: unknown[]): boolean;
  cork(): void;
  uncork(): void;
}

/**
 * Joins the commands of one turn of the event loop in one write to the socket. A system call costs more than the rest
 * of a small command, and handlers that run side by side send many in the same turn. Unlike ioredis' auto-pipelining
 * it changes nothing about the commands themselves.
 */
export function joinWrites(redis: Redis): void {
  redis.on('connect', () => {
    const socket = redis.stream as unknown as Writes;
    const write = socket.write.bind(socket);
    let isCorked = false;
    socket.write = (...args) => {
      if (!isCorked) {
        isCorked = true;
        socket.cork();
        setImmediate(() => {
          isCorked = false;
          socket.uncork();
        });
      }
      return write(...args);
    };
  });
}
