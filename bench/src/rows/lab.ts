import type { Closer } from '@fanfare/runtime';
import { PROFILED } from '../profile/profiler.ts';
import type { Design } from '../system/design.ts';
import { type Fanfare, type FanfareOptions, startFanfare } from '../system/fanfare.ts';
import { startPlain } from '../system/plain.ts';
import { openStage, type Stage } from '../system/stage.ts';

/** What a command line may ask for. */
export interface RunOptions {
  /** Fewer rounds and smaller groups. */
  quick: boolean;
  /** Whether the rows that compare cost also profile our processes. */
  profile: boolean;
  /** Members of the largest group of P2. */
  members: number;
  /** Messages of the rows about memory. */
  messages: number;
  /** Environment variables for our processes, beside those that the rows set. */
  env: Readonly<Record<string, string>>;
}

interface LabOptions extends RunOptions {
  /** Progress, a line each. */
  say(line: string): void;
  /** Ends what has been started. */
  closer: Closer;
}

/** What the rows share: the provider and the two designs, each started when a row first needs it. */
export class Lab {
  readonly #options: LabOptions;
  #stage: Promise<Stage> | undefined;
  #plain: Promise<Design> | undefined;
  #fanfare: Promise<Fanfare> | undefined;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  get quick(): boolean {
    return this.#options.quick;
  }

  get profile(): boolean {
    return this.#options.profile;
  }

  get members(): number {
    return this.#options.members;
  }

  get messages(): number {
    return this.#options.messages;
  }

  say(line: string): void {
    this.#options.say(line);
  }

  stage(): Promise<Stage> {
    this.#stage ??= openStage().then((stage) => this.#options.closer.add('stage', stage, (one) => one.close()));
    return this.#stage;
  }

  plain(): Promise<Design> {
    this.#plain ??= this.#start('plain', startPlain);
    return this.#plain;
  }

  fanfare(): Promise<Fanfare> {
    this.#fanfare ??= this.#start('Fanfare', (stage) => this.startFanfare(stage));
    return this.#fanfare;
  }

  /** Starts another system, with the variables of the command line. */
  startFanfare(stage: Stage, options: FanfareOptions = {}): Promise<Fanfare> {
    const nodeArgs = this.profile ? PROFILED : [];
    return startFanfare(stage, { nodeArgs, ...options, env: { ...options.env, ...this.#options.env } });
  }

  /** A system of its own, for a row that leaves work unfinished; it ends with `use`. */
  async withFanfare<T>(options: FanfareOptions, use: (fanfare: Fanfare, stage: Stage) => Promise<T>): Promise<T> {
    const stage = await this.stage();
    const fanfare = await this.startFanfare(stage, options);
    try {
      return await use(fanfare, stage);
    } finally {
      await fanfare.close();
    }
  }

  async #start<D extends Design>(name: string, start: (stage: Stage) => Promise<D>): Promise<D> {
    const stage = await this.stage();
    this.say(`starting ${name}`);
    return this.#options.closer.add(name, await start(stage), (design) => design.close());
  }
}
