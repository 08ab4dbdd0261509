import { once } from 'node:events';
import { Redis } from 'ioredis';

/**
 * A connection that breaks before its next command after `commands` of them: its process is as good as killed there.
 */
export async function dyingClient(url: string, commands: number): Promise<Redis> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => null, enableOfflineQueue: false });
  redis.on('error', () => undefined);
  await once(redis, 'ready');
  let left = commands;
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    if (left-- === 0) redis.disconnect();
    return send(command, stream);
  };
  return redis;
}
