import { customBody } from '@fanfare/core';
import { createCustomProvider } from '@fanfare/providers';
import { Agent } from 'undici';
import { type OpenClient, problemOf, TIMEOUT_MS } from './client.ts';
import { aPush } from './pushes.ts';

/** Our provider, unsigned: builds the body, checks the address, sends, reads the answer, all within its deadline. */
export const openFanfareWebhook: OpenClient = ({ webhookUrl: webhookURL }, concurrency) => {
  const policy = { allowHttp: true, allowCidrs: ['127.0.0.0/8'] };
  const provider = createCustomProvider({ policy, timeoutMs: TIMEOUT_MS, connectionsPerOrigin: concurrency });
  const credential = { webhookURL, signingSecrets: [] };
  return {
    send: async (n) => problemOf(await provider.send(aPush(n), credential)),
  };
};

/** undici's `request` alone: no guard, no deadline of its own, the answer not read. */
export const openUndici: OpenClient = ({ webhookUrl }, concurrency) => {
  const limits = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  const agent = new Agent({ connections: concurrency, pipelining: 1, allowH2: false, ...limits });
  const { origin, pathname: path } = new URL(webhookUrl);
  const headers = { 'content-type': 'application/json' };
  return {
    async send(n) {
      const body = JSON.stringify(customBody(aPush(n)));
      try {
        const answer = await agent.request({ origin, path, method: 'POST', headers, body });
        await answer.body.dump();
        return answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`;
      } catch (error) {
        return String(error);
      }
    },
  };
};
