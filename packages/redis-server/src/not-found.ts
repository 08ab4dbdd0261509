import type { OperatingSystem } from './operating-system.ts';

/** The command that installs a server, by Linux family; the first known family counts. */
const INSTALL_ON_LINUX: Record<string, string> = {
  debian: 'sudo apt-get install redis-server',
  ubuntu: 'sudo apt-get install redis-server',
  fedora: 'sudo dnf install valkey',
  rhel: 'sudo dnf install valkey',
  alpine: 'sudo apk add valkey',
  arch: 'sudo pacman -S valkey',
  suse: 'sudo zypper install valkey',
  opensuse: 'sudo zypper install valkey',
};

/** For systems without a known package manager; any recent server on the default port works. */
const IN_A_CONTAINER = 'docker run -d -p 127.0.0.1:6379:6379 valkey/valkey   and set REDIS_URL=redis://127.0.0.1:6379';

/** Windows has no Unix shell to run a private server, so it needs an installed server and REDIS_URL. */
const ON_WINDOWS =
  'winget install Memurai.MemuraiDeveloper   and set REDIS_URL=redis://127.0.0.1:6379 (or work inside WSL 2)';

/** The one command that installs a Redis server on this system, ready to paste. */
export function installCommand(system: OperatingSystem): string {
  if (system.platform === 'darwin') return 'brew install valkey';
  if (system.platform === 'win32') return ON_WINDOWS;
  const family = system.families.find((name) => name in INSTALL_ON_LINUX);
  return (family && INSTALL_ON_LINUX[family]) ?? IN_A_CONTAINER;
}

/**
 * No usable server was found and none could be fetched. The message tells the user what was searched for, why fetching
 * failed (also in `cause`), and the one command for their system.
 */
export class RedisNotFoundError extends Error {
  override readonly name = 'RedisNotFoundError';

  constructor(system: OperatingSystem, options: { cause?: Error } = {}) {
    super(
      [
        'No Redis server: neither redis-server nor valkey-server (7.0 or newer) is on the PATH.',
        ...(options.cause ? [`Fetching one for this project failed: ${options.cause.message}`] : []),
        `Install one on ${system.name}:`,
        `    ${installCommand(system)}`,
        'or set REDIS_URL to a running server.',
      ].join('\n'),
      options,
    );
  }
}
