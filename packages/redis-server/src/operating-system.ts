import { readFile } from 'node:fs/promises';

/** The operating system, as needed to find and install packages. */
export interface OperatingSystem {
  platform: NodeJS.Platform;
  /** On Linux the distribution's id, then those it derives from: `['ubuntu', 'debian']`. Else empty. */
  families: string[];
  /** A folder name for this system's binaries: `debian-12-x64`, `darwin-arm64`. */
  slug: string;
  /** The display name: `Debian GNU/Linux 12 (bookworm)`. */
  name: string;
}

/**
 * Detects the system. A Linux without os-release has no families. Source:
 * https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export async function operatingSystem(): Promise<OperatingSystem> {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, families: [], slug: `${platform}-${arch}`, name: platform };
  return parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''), arch);
}

/** The Linux that an os-release file describes. Fields may be missing; values may be quoted. */
export function parseOsRelease(text: string, arch: string): OperatingSystem {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? [];
    if (key && value) fields.set(key, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  const id = fields.get('ID') ?? 'linux';
  const like = fields.get('ID_LIKE')?.split(/\s+/) ?? [];
  return {
    platform: 'linux',
    families: fields.has('ID') ? [id, ...like] : [],
    slug: [id, fields.get('VERSION_ID'), arch].filter(Boolean).join('-'),
    name: fields.get('PRETTY_NAME') ?? 'Linux',
  };
}
