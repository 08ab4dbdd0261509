import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Certificate } from './certificate.ts';
import { ended, untilEnded } from './ended.ts';
import { freePort } from './free-port.ts';
import type { PushProvider } from './provider.ts';

/** Debian's place is not on every PATH. */
const COMMANDS = ['nginx', '/usr/sbin/nginx'];

/** nginx's version; undefined where it is not installed. */
export async function findNginx(): Promise<{ command: string; version: string } | undefined> {
  for (const command of COMMANDS) {
    const found = await promisify(execFile)(command, ['-v']).catch(() => undefined);
    const [, version] = /nginx\/([\d.]+)/.exec(found?.stderr ?? '') ?? [];
    if (version !== undefined) return { command, version };
  }
  return undefined;
}

export interface NginxOptions {
  command: string;
  version: string;
  /** An empty folder. */
  folder: string;
  certificate: Certificate;
  /** Where the pushes of projects named `timed-…` go, `http://127.0.0.1:<port>`. */
  timedUrl: string;
}

/**
 * Starts nginx as FCM: over TLS, HTTP/2 where the client speaks it, 100 streams a connection like Google's. It reads
 * each request to its end and answers at once.
 */
export async function startNginx(options: NginxOptions): Promise<PushProvider> {
  const { command, version, folder } = options;
  const [port, statusPort] = [await freePort(), await freePort()];
  await mkdir(join(folder, 'empty'), { recursive: true });
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(options, { port, statusPort }));
  const child = untilEnded(spawn(command, ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] }));
  const status = new Status(`http://127.0.0.1:${statusPort}/status`);
  while (!(await status.isUp())) {
    if (ended(child)) throw new Error('nginx did not start');
    await delay(20);
  }
  return {
    name: `nginx ${version}`,
    url: `https://127.0.0.1:${port}`,
    webhookUrl: `http://127.0.0.1:${statusPort}/webhook`,
    accepted: () => status.requests(),
    async close() {
      if (ended(child)) return;
      const end = once(child, 'exit');
      child.kill('SIGTERM');
      await end;
    },
  };
}

/** nginx's count of requests, without those for the count itself. */
class Status {
  readonly #url: string;
  #own = 0;

  constructor(url: string) {
    this.#url = url;
  }

  isUp(): Promise<boolean> {
    return this.requests().then(
      () => true,
      () => false,
    );
  }

  async requests(): Promise<number> {
    const text = await (await fetch(this.#url)).text();
    this.#own += 1;
    // https://nginx.org/en/docs/http/ngx_http_stub_status_module.html: accepts, handled, requests.
    return Number(/^ \d+ \d+ (\d+)/m.exec(text)?.[1]) - this.#own;
  }
}

/** Folders that nginx wants even where nothing is put there. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** FCM's answers, as long as Google's. */
const ACCEPTED = `{\n  "name": "projects/bench-project/messages/0:1500415314455276%31bd1c9631bd1c96"\n}\n`;
const ACCESS = JSON.stringify({ access_token: `ya29.${'x'.repeat(128)}`, expires_in: 3599, token_type: 'Bearer' });

/**
 * `mirror` makes nginx read the body, as FCM does, before the missing file turns into the answer: `return` alone would
 * answer an unfinished request.
 */
const configuration = (
  { folder, certificate, timedUrl }: NginxOptions,
  { port, statusPort }: { port: number; statusPort: number },
): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 1024; }
http {
  access_log off;
  log_not_found off;
  default_type application/json;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  http2_max_concurrent_streams 100;
  client_body_buffer_size 64k;
  ${TEMPORARY.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificate.certFile};
    ssl_certificate_key ${certificate.keyFile};
    location /v1/projects/ {
      mirror /read;
      root ${folder}/empty;
      error_page 404 405 =200 @accepted;
    }
    location /v1/projects/timed- {
      proxy_pass ${timedUrl};
    }
    location = /read { internal; return 204; }
    location @accepted { return 200 '${ACCEPTED}'; }
    location = /token { return 200 '${ACCESS}'; }
  }
  server {
    listen 127.0.0.1:${statusPort};
    location = /status { stub_status; }
    location = /webhook {
      mirror /read;
      root ${folder}/empty;
      error_page 404 405 =200 @taken;
    }
    location = /read { internal; return 204; }
    location @taken { return 200 '{}'; }
  }
}
`;
