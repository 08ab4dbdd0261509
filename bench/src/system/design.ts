import type { Cpu } from './cpu.ts';

/** A message to a group. */
export interface Post {
  id: string;
  group: string;
}

/** A push system of three processes and a Redis, by its public side. */
export interface Design {
  name: 'Fanfare' | 'plain';
  /** Makes a group of the first `size` users, who have one FCM device each. */
  createGroup(group: string, size: number): Promise<void>;
  /** Posts a message; resolves when it has been accepted. */
  post(message: Post): Promise<void>;
  /** Whether nothing of these messages is left to do. */
  isDone(ids: readonly string[]): Promise<boolean>;
  /** By process. */
  cpu(): Promise<Cpu>;
  close(): Promise<void>;
}
