import { join } from 'node:path';
import { readConfig, type Simulator, start } from '@fanfare/simulator/app';

/** The hosts that the Firebase SDK calls; its connections are redirected to the provider of the bench. */
const GOOGLE_HOSTS = ['fcm.googleapis.com', 'oauth2.googleapis.com', 'accounts.google.com'];

type ServiceAccount = Awaited<ReturnType<Simulator['fcm']['demoServiceAccount']>>;

/** PEM files of a certificate for 127.0.0.1 and Google's hosts, and a service account that may be used with it. */
export interface Certificate {
  caFile: string;
  certFile: string;
  keyFile: string;
  account: ServiceAccount;
}

/** Has the simulator make a certificate in `folder`. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const simulator = await start(
    readConfig({
      PORT: '0',
      LOG_LEVEL: 'silent',
      SIMULATOR_TLS_DIR: folder,
      SIMULATOR_TLS_NAMES: GOOGLE_HOSTS.join(','),
    }),
  );
  const account = await simulator.fcm.demoServiceAccount('bench-project');
  await simulator.close();
  return {
    caFile: join(folder, 'ca.pem'),
    certFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server-key.pem'),
    account,
  };
}
