import type { Closer } from '@fanfare/runtime';
import { PROFILED } from '../profile/profiler.ts';
import type { Design } from '../system/design.ts';
import { type Fanfare, type FanfareOptions, startFanfare } from '../system/fanfare.ts';
import { startPlain } from '../system/plain.ts';
import { openStage, type Stage } from '../system/stage.ts';

export interface LabOptions {
  /** Fewer rounds and smaller groups. */
  quick: boolean;
  /** Whether the rows that compare cost also profile our processes. */
  profile: boolean;
  /** The largest group of P2. */
  members: number;
  /** Progress, a line each. */
  say(line: string): void;
  /** Ends what has been started. */
  closer: Closer;
}

/** What the rows share: the provider and the two designs, each started when a row first needs it. */
export class Lab {
  readonly quick: boolean;
  readonly profile: boolean;
  readonly members: number;
  readonly say: (line: string) => void;
  readonly #closer: Closer;
  #stage: Promise<Stage> | undefined;
  #plain: Promise<Design> | undefined;
  #fanfare: Promise<Fanfare> | undefined;

  constructor({ quick, profile, members, say, closer }: LabOptions) {
    this.quick = quick;
    this.profile = profile;
    this.members = members;
    this.say = say;
    this.#closer = closer;
  }

  stage(): Promise<Stage> {
    this.#stage ??= openStage().then((stage) => this.#closer.add('stage', stage, (one) => one.close()));
    return this.#stage;
  }

  plain(): Promise<Design> {
    this.#plain ??= this.#start('plain', startPlain);
    return this.#plain;
  }

  fanfare(): Promise<Fanfare> {
    this.#fanfare ??= this.#start('Fanfare', (stage) =>
      startFanfare(stage, { nodeArgs: this.profile ? PROFILED : [] }),
    );
    return this.#fanfare;
  }

  /** A system of its own, for a row that leaves work unfinished; it ends with `use`. */
  async withFanfare<T>(options: FanfareOptions, use: (fanfare: Fanfare, stage: Stage) => Promise<T>): Promise<T> {
    const stage = await this.stage();
    const fanfare = await startFanfare(stage, options);
    try {
      return await use(fanfare, stage);
    } finally {
      await fanfare.close();
    }
  }

  async #start<D extends Design>(name: string, start: (stage: Stage) => Promise<D>): Promise<D> {
    const stage = await this.stage();
    this.say(`starting ${name}`);
    return this.#closer.add(name, await start(stage), (design) => design.close());
  }
}
