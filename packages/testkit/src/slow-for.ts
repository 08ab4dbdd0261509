import { Redis } from 'ioredis';

/** A connection on which commands about keys with a tag wait, as for one server of a cluster that does not answer. */
export function slowFor(url: string, tag: string, until: Promise<void>): Redis {
  const redis = new Redis(url);
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    if (!command.args.some((arg) => String(arg).startsWith(tag))) return send(command, stream);
    void until.then(() => send(command, stream));
    return command.promise;
  };
  return redis;
}
