import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closer } from '@fanfare/runtime';
import { type Certificate, makeCertificate } from './certificate.ts';
import { findNginx, startNginx } from './nginx.ts';
import type { PushProvider } from './provider.ts';
import { Receiver } from './receiver.ts';
import { startSimulatedFcm } from './simulated-fcm.ts';

/** What the designs run against. */
export interface Stage {
  /** For logs and profiles; removed at the end. */
  folder: string;
  certificate: Certificate;
  provider: PushProvider;
  receiver: Receiver;
  close(): Promise<void>;
}

/** Starts the provider: nginx, or where it is not installed our simulator. */
export async function openStage(): Promise<Stage> {
  const closer = new Closer();
  return closer.closeOnFailure(async () => {
    const folder = closer.add('folder', await mkdtemp(join(tmpdir(), 'fanfare-bench-')), (path) =>
      rm(path, { recursive: true, force: true }),
    );
    const certificate = await makeCertificate(folder);
    const receiver = closer.add('receiver', await Receiver.start(), (one) => one.close());
    const nginx = await findNginx();
    receiver.takesPushes = nginx !== undefined;
    const provider = closer.add(
      'provider',
      nginx === undefined
        ? await startSimulatedFcm(folder)
        : await startNginx({ ...nginx, certificate, folder: await subfolder(folder, 'nginx'), timedUrl: receiver.url }),
      (running) => running.close(),
    );
    return { folder, certificate, provider, receiver, close: () => closer.close() };
  });
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}
