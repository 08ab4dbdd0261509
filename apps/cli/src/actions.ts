import type { Load } from '@fanfare/core';
import type { DevOptions } from './dev/dev-options.ts';
import type { DoctorOptions } from './doctor/doctor.ts';
import type { ImportCommand } from './import/import.ts';
import type { InitOptions } from './init/init.ts';

/** What the commands do. */
export interface Actions {
  dev(options: DevOptions): Promise<void>;
  doctor(options: DoctorOptions): Promise<void>;
  init(options: InitOptions): Promise<void>;
  import(command: ImportCommand): Promise<void>;
  keys(action: 'derive' | 'reseal'): Promise<void>;
  size(load: Load): Promise<void>;
}
