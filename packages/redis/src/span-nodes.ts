import type { ChainableCommander, Cluster, Command } from 'ioredis';

/** The commands of a pipeline, which ioredis does not declare. */
interface Recorded {
  _queue: Command[];
  sendCommand(command: Command): unknown;
}

/** Makes a command that was answered sendable again, as ioredis' own retries do. */
interface Sendable {
  initPromise(): void;
}

type Answers = [Error | null, unknown][];

/**
 * Lets the pipelines of a cluster contain keys of several nodes, as those of a single server do: the commands for each
 * node go to it in a pipeline of their own. (ioredis refuses such pipelines.) Answers are in the order of the commands;
 * the order of execution is kept per node only.
 */
export function spanNodes(cluster: Cluster): void {
  const pipeline = cluster.pipeline.bind(cluster);
  cluster.pipeline = (commands) => {
    const recorded = pipeline(commands);
    recorded.exec = () => execute(cluster, pipeline, (recorded as unknown as Recorded)._queue);
    return recorded;
  };
}

async function execute(
  cluster: Cluster,
  pipeline: () => ChainableCommander,
  commands: readonly Command[],
): Promise<Answers> {
  // Until the slots are known: refused for requests, waits for workers.
  if (cluster.slots.length === 0) await cluster.ping();
  const byNode = new Map<string | undefined, number[]>();
  for (const [i, command] of commands.entries()) {
    const node = cluster.slots[command.getSlot() ?? 0]?.[0];
    const others = byNode.get(node);
    if (others) others.push(i);
    else byNode.set(node, [i]);
  }
  const answers: Answers = [];
  await Promise.all(
    [...byNode.values()].map(async (indexes) => {
      const part = pipeline();
      for (const i of indexes) (part as unknown as Recorded).sendCommand(commands[i] as Command);
      for (const [n, answer] of ((await part.exec()) ?? []).entries()) {
        const i = indexes[n] as number;
        answers[i] = isElsewhere(answer[0]) ? await again(cluster, commands[i] as Command) : answer;
      }
    }),
  );
  return answers;
}

/** The slot of a command has moved, or is moving, and so it was not executed. */
const isElsewhere = (error: Error | null): boolean => /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN) /.test(error?.message ?? '');

/** ioredis follows a pipeline to another node only if all its commands have moved there; it follows single ones. */
async function again(cluster: Cluster, command: Command): Promise<[Error | null, unknown]> {
  (command as unknown as Sendable).initPromise();
  cluster.sendCommand(command);
  return command.promise.then(
    (answer): [null, unknown] => [null, answer],
    (error: Error): [Error, undefined] => [error, undefined],
  );
}
