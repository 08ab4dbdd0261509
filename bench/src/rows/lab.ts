import type { Closer } from '@fanfare/runtime';
import type { Design } from '../system/design.ts';
import { type Fanfare, startFanfare } from '../system/fanfare.ts';
import { startPlain } from '../system/plain.ts';
import { openStage, type Stage } from '../system/stage.ts';

export interface LabOptions {
  /** Fewer rounds and smaller groups. */
  quick: boolean;
  /** Progress, a line each. */
  say(line: string): void;
  /** Ends what has been started. */
  closer: Closer;
}

/** What the rows share: the provider and the two designs, each started when a row first needs it. */
export class Lab {
  readonly quick: boolean;
  readonly say: (line: string) => void;
  readonly #closer: Closer;
  #stage: Promise<Stage> | undefined;
  #plain: Promise<Design> | undefined;
  #fanfare: Promise<Fanfare> | undefined;

  constructor({ quick, say, closer }: LabOptions) {
    this.quick = quick;
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
    this.#fanfare ??= this.#start('Fanfare', startFanfare);
    return this.#fanfare;
  }

  async #start<D extends Design>(name: string, start: (stage: Stage) => Promise<D>): Promise<D> {
    const stage = await this.stage();
    this.say(`starting ${name}`);
    return this.#closer.add(name, await start(stage), (design) => design.close());
  }
}
