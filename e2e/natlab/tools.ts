/** What of the machine the laboratory needs, and whether it is there. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Tools {
  /** The browser's executable. */
  readonly chromium: string;
  /** coturn's, where TURN can be tried. */
  readonly turnserver: string | undefined;
}

export type ToolsResult =
  | { readonly ok: true; readonly tools: Tools }
  /** Why there can be no laboratory here, as a sentence. */
  | { readonly ok: false; readonly reason: string };

/** Debian keeps system tools where an ordinary user's PATH does not lead. */
const FOLDERS = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];

function find(...names: readonly string[]): string | undefined {
  return names
    .flatMap((name) => FOLDERS.map((folder) => path.join(folder, name)))
    .find((file) => existsSync(file));
}

/** Installs what is missing through apt where there is apt. @returns what still is missing */
function install(missing: readonly string[], say: (line: string) => void): readonly string[] {
  const apt = find('apt-get');
  if (missing.length === 0 || apt === undefined) return missing;
  say(`Installing ${missing.join(', ')} for the NAT laboratory (once)…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: readonly string[]) =>
    execFileSync(apt, ['-qq', ...args], { env, stdio: 'ignore' });
  try {
    run('update');
  } catch {
    // An index that is there may do.
  }
  return missing.filter((name) => {
    try {
      run('install', '-y', '--no-install-recommends', name);
      return false;
    } catch {
      return true;
    }
  });
}

/**
 * Finds the tools; as root installs those that are missing. coturn is for some scenarios only, so nothing else fails
 * without it.
 *
 * @param turn whether coturn is worth installing
 */
export function findTools(say: (line: string) => void, turn: boolean): ToolsResult {
  const no = (reason: string) => ({ ok: false, reason }) as const;
  if (process.platform !== 'linux') return no('network namespaces are of Linux only');
  if (process.getuid?.() !== 0) return no('network namespaces take root');
  const wanted = [
    ...(find('ip') ? [] : ['iproute2']),
    ...(find('iptables') ? [] : ['iptables']),
    ...(turn && !find('turnserver') ? ['coturn'] : []),
  ];
  const missing = install(wanted, say).filter((name) => name !== 'coturn');
  if (missing.length > 0)
    return no(`${missing.join(' and ')} could not be installed: install it by hand`);
  const asked = process.env.CHROMIUM;
  const chromium = asked || find('chromium', 'chromium-browser', 'google-chrome');
  if (chromium === undefined || !existsSync(chromium))
    return no('there is no Chromium: set CHROMIUM to the path of one');
  return { ok: true, tools: { chromium, turnserver: find('turnserver') } };
}
