import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { Worker } from 'bullmq';
import { initializeApp } from 'firebase-admin/app';
import { getMessaging, type TokenMessage } from 'firebase-admin/messaging';
import { serve } from '../child/serve.ts';
import { complain, connect, type PlainConfig, SEND } from './queues.ts';

/** Pushes sent at once. */
const CONCURRENCY = 50;
/** As long as Google's; the provider takes any. */
const ACCESS_TOKEN = `ya29.${'x'.repeat(128)}`;

export interface SenderConfig extends PlainConfig {
  projectId: string;
  /** Where Google's hosts are. */
  providerUrl: string;
  caFile: string;
}

const calls = {
  start({ redisUrl, projectId, providerUrl, caFile }: SenderConfig): void {
    const ca = readFileSync(caFile, 'utf8');
    // The SDK's own credential, which cannot be redirected, would fetch one once an hour.
    const getAccessToken = async () => ({ access_token: ACCESS_TOKEN, expires_in: 3600 });
    const app = initializeApp({ projectId, credential: { getAccessToken }, httpAgent: agentTo(providerUrl, ca) });
    const messaging = getMessaging(app);
    const options = { connection: connect(redisUrl), concurrency: CONCURRENCY };
    new Worker<TokenMessage>(SEND, (job) => messaging.send(job.data), options).on('error', complain);
  },
};

/** The SDK's host is fixed, so its connections are redirected to the provider, whose certificate has that name. */
function agentTo(url: string, ca: string): Agent {
  const { hostname: host, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, ca });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => connect({ ...options, host, port: Number(port) }, callback);
  return agent;
}

/** The plain design's sender: firebase-admin's `send()` for each job. */
export type SenderCalls = typeof calls;

serve(calls);
