import type { Load } from '@fanfare/core';
import type { Command } from 'commander';
import type { Shell } from './completion/shells.ts';
import type { DevOptions } from './dev/dev-options.ts';
import type { DoctorOptions } from './doctor/doctor.ts';
import type { ImportCommand } from './import/import.ts';
import type { InitOptions } from './init/init.ts';
import type { KeysOptions } from './keys/keys.ts';
import type { OperatorFlags } from './operator/flags.ts';
import type { Operation } from './operator/operator.ts';
import type { Workspace } from './workspace/programs.ts';

/** What the commands do. */
export interface Actions {
  completion(shell: Shell, program: Command): Promise<void>;
  dev(options: DevOptions): Promise<void>;
  doctor(options: DoctorOptions): Promise<void>;
  init(options: InitOptions): Promise<void>;
  import(command: ImportCommand): Promise<void>;
  keys(action: 'derive' | 'reseal', options: KeysOptions): Promise<void>;
  /** Runs a command that calls the API. */
  operate(flags: OperatorFlags, operation: Operation): Promise<void>;
  size(load: Load, isJson: boolean): Promise<void>;
  /** Runs a program of the checkout. */
  workspace(program: Workspace, args: readonly string[]): Promise<void>;
}
