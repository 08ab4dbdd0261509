import type { Cpu } from './cpu.ts';

/** A message, to a group or to one user. */
export type Post = { id: string } & ({ group: string } | { to: string });

/** A push system of three processes and a Redis, by its public side. */
export interface Design {
  name: 'Fanfare' | 'plain';
  /** Gives each of the first `count` users an FCM device. */
  createDevices(count: number): Promise<void>;
  /** Makes a group of the first `size` users, who have one FCM device each. */
  createGroup(group: string, size: number): Promise<void>;
  /** Posts a message; resolves when it has been accepted. */
  post(message: Post): Promise<void>;
  /** Whether nothing is left to do. */
  isDone(): Promise<boolean>;
  /** By process. */
  cpu(): Promise<Cpu>;
  close(): Promise<void>;
}
