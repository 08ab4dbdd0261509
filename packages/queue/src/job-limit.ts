import type { ActiveApps } from './active-apps.ts';

/** What the jobs in hand may contain together. */
export interface Capacity {
  /** While one app has jobs. */
  alone: number;
  /** While several have: of jobs that do not only wait for answers. */
  beside: number;
  /** Jobs in hand, however large. */
  leastJobs: number;
}

/** How much of the mean one job counts for. */
const NEW_SHARE = 1 / 8;

/** Jobs that have given way, at most: others are taken in their place. */
const MOST_ASIDE = 100;

/**
 * How many jobs a worker has in hand, so that together they contain about as many deliveries as it may, and are two at
 * least: one is read or recorded while another is sent. Jobs contain one delivery or hundreds, and only a job that was
 * taken tells; so the mean of the last ones decides. Those that only wait for something slow do not count: otherwise a
 * few would keep all others out.
 *
 * The steps of all jobs in hand share an event loop, which runs them in the order in which they come. So while several
 * apps have jobs, fewer are in hand; the others wait in the queue, where apps take turns.
 */
export class JobLimit {
  readonly #capacity: Capacity;
  readonly #apps: ActiveApps;
  readonly #onChange: (jobs: number) => void;
  #mean: number;
  #aside = 0;
  #waiting = 0;
  #jobs: number;

  /** `expected`: what a job contains, until some were seen. `onChange`: called with the jobs to have in hand. */
  constructor(capacity: Capacity, apps: ActiveApps, expected: number, onChange: (jobs: number) => void) {
    this.#capacity = capacity;
    this.#apps = apps;
    this.#mean = expected;
    this.#onChange = onChange;
    this.#jobs = this.jobs;
  }

  /** Counts a job that was taken. */
  see(size: number): void {
    this.#mean += (size - this.#mean) * NEW_SHARE;
    this.#update();
  }

  /** Notes that an app has jobs. */
  seeApp(appId: string): void {
    this.#apps.note(appId);
    this.#update();
  }

  /** A job in hand only waits for answers. Call the result when it has them. */
  wait(): () => void {
    this.#waiting++;
    this.#update();
    return () => {
      this.#waiting--;
      this.#update();
    };
  }

  /** A job in hand no longer counts. Call the result when it ends. */
  setAside(): () => void {
    this.#aside++;
    this.#update();
    return () => {
      this.#aside--;
      this.#update();
    };
  }

  /** Jobs to have in hand. */
  get jobs(): number {
    const alone = this.#jobsOf(this.#capacity.alone);
    const beside = this.#jobsOf(this.#capacity.beside) + this.#waiting;
    const jobs = this.#apps.areSeveral ? Math.min(alone, beside) : alone;
    return jobs + Math.min(this.#aside, MOST_ASIDE);
  }

  #jobsOf(capacity: number): number {
    return Math.max(this.#capacity.leastJobs, Math.round(capacity / this.#mean));
  }

  #update(): void {
    const { jobs } = this;
    if (jobs === this.#jobs) return;
    this.#jobs = jobs;
    this.#onChange(jobs);
  }
}
