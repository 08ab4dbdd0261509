import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { selfSigned } from './certificate.ts';

/** A server that is not ours, on a free port of 127.0.0.1. */
export interface OtherServer extends AsyncDisposable {
  origin: string;
  ca: string;
}

/** Debian keeps them in a folder that is not on every PATH. */
const ENV = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/** Tests with a program; where it is not installed they are skipped, under a name that says so. */
export function describeWith(program: string, tests: () => void): void {
  const isInstalled = spawnSync(program, ['--help'], { env: ENV }).error === undefined;
  if (isInstalled) describe(program, tests);
  else describe.skip(`${program} (skipped: it is not installed)`, tests);
}

/** nghttpd of nghttp2, which sends every body back. https://nghttp2.org/documentation/nghttpd.1.html */
export const startNghttpd = (...options: string[]): Promise<OtherServer> =>
  startOther(({ folder, port }) => ({
    program: 'nghttpd',
    args: ['--echo-upload', '-a', '127.0.0.1', '-d', folder, ...options, String(port), 'key.pem', 'cert.pem'],
  }));

/** nginx, which answers everything with this JSON. */
export const startNginx = (directives: string): Promise<OtherServer> =>
  startOther(({ folder, port }) => {
    writeFileSync(join(folder, 'nginx.conf'), nginxConf(folder, port, directives));
    return { program: 'nginx', args: ['-p', folder, '-c', 'nginx.conf'] };
  });

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const nginxConf = (folder: string, port: number, directives: string): string => `
daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate cert.pem; ssl_certificate_key key.pem;
    ${directives}
    location / { default_type application/json; return 200 '{"ok":true}'; }
    location /busy { add_header retry-after 7 always; return 503; }
  }
}`;

interface Place {
  folder: string;
  port: number;
}

async function startOther(command: (place: Place) => { program: string; args: string[] }): Promise<OtherServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfare-h2-'));
  const identity = selfSigned(['127.0.0.1']);
  writeFileSync(join(folder, 'key.pem'), identity.key);
  writeFileSync(join(folder, 'cert.pem'), identity.cert);
  const port = await freePort();
  const { program, args } = command({ folder, port });
  const child = spawn(program, args, { cwd: folder, env: ENV, stdio: ['ignore', 'ignore', 'inherit'] });
  await listening(child, port);
  return {
    origin: `https://127.0.0.1:${port}`,
    ca: identity.cert,
    async [Symbol.asyncDispose]() {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill();
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Returns once the server accepts connections. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error(`${child.spawnfile} has exited with ${child.exitCode}`);
}
