import * as v from 'valibot';
import type { HostSettings } from './hosts.ts';
import type { IceSettings } from './ice-servers.ts';

export interface Settings extends HostSettings {
  /** TCP port of page and signaling, 0 for any free one. */
  readonly port: number;
  /** Address or name to bind to, `null` for every address of the machine. */
  readonly host: string | null;
  /** The STUN responder; `required` if the server may not start without it. `null` when it is off. */
  readonly stun: { readonly port: number; readonly required: boolean } | null;
  readonly ice: IceSettings;
  /** Most connections held at once, in all and from one address. */
  readonly maxPeers: number;
  readonly maxPeersPerAddress: number;
  /** The built page, `null` when there is none. */
  readonly pageDir: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  /** One sentence for each variable that does not fit: its name, what was expected, what came. */
  | { readonly ok: false; readonly problems: readonly string[] };

const whole = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, expected),
    v.transform(Number),
    v.check((n) => n >= min && n <= max, expected),
  );
};

const list = v.pipe(
  v.string(),
  v.transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
);

const Flag = v.pipe(
  v.picklist(['1', 'true', 'yes', '0', 'false', 'no'], 'true or false'),
  v.transform((text) => ['1', 'true', 'yes'].includes(text)),
);

const ORIGIN_EXPECTED = '"*" or origins like https://chat.example, separated by commas';
const Origins = v.pipe(
  list,
  v.check((origins) => origins.every((o) => o === '*' || isOrigin(o)), ORIGIN_EXPECTED),
  v.transform((origins): HostSettings['origins'] =>
    origins.includes('*') ? '*' : origins.map((origin) => new URL(origin).origin),
  ),
);

function isOrigin(text: string): boolean {
  if (!/^https?:\/\/[^/]+\/?$/i.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.search === '' && url.hash === '';
}

const HOSTS_EXPECTED = 'up to 8 host names like chat.example or chat.example:8600, no scheme';
const Hosts = v.pipe(
  list,
  v.check(
    (hosts) =>
      hosts.length <= 8 && hosts.every((h) => /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(h)),
    HOSTS_EXPECTED,
  ),
  v.transform((hosts) => hosts.map((host) => host.toLowerCase())),
);

const ICE_EXPECTED = 'up to 32 URLs like stun:host:3478 or turn:host:3478?transport=udp';
const IceUrls = v.pipe(
  list,
  v.check(
    (urls) =>
      urls.length <= 32 &&
      urls.every(
        (url) =>
          url.length <= 300 &&
          /^(stuns?:[^\s?/]+|turns?:[^\s?/]+(\?transport=(udp|tcp))?)$/.test(url),
      ),
    ICE_EXPECTED,
  ),
);

const text = (expected: string, max: number) =>
  v.pipe(
    v.string(),
    v.check((s) => s.length >= 1 && s.length <= max, expected),
  );

const Variables = v.object({
  PORT: v.optional(whole(0, 65535), '8600'),
  HOST: v.optional(text('an address or host name', 253)),
  STUN_PORT: v.optional(whole(0, 65535)),
  ORIGINS: v.optional(Origins, ''),
  PUBLIC_HOST: v.optional(Hosts, ''),
  TRUST_PROXY: v.optional(Flag, 'false'),
  ICE_SERVERS: v.optional(IceUrls, ''),
  TURN_SECRET: v.optional(text('1 to 256 characters', 256)),
  TURN_TTL: v.optional(whole(60, 604_800), '86400'),
  MAX_PEERS: v.optional(whole(1, 1_000_000), '10000'),
  MAX_PEERS_PER_ADDRESS: v.optional(whole(1, 1_000_000), '1000'),
  PAGE_DIR: v.optional(text('a directory', 4096)),
});

const SECRET = new Set(['TURN_SECRET']);
const DEFAULT_STUN_PORT = 3478;

/**
 * Settings from environment variables; an empty variable counts as unset.
 *
 * @param page the directory of the built page unless `PAGE_DIR` names another, and how to ask whether one exists
 */
export function parseSettings(
  environment: Environment,
  page: { readonly defaultDir: string; readonly isDirectory: (path: string) => boolean },
): SettingsResult {
  const given: Record<string, string> = {};
  for (const name of Object.keys(Variables.entries)) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') given[name] = value;
  }
  const say = (name: string, expected: string) => {
    const came = SECRET.has(name) ? 'something else' : JSON.stringify(given[name]);
    return `${name}: expected ${expected}, got ${came}.`;
  };

  const parsed = v.safeParse(Variables, given);
  if (!parsed.success) {
    const said = new Map<string, string>();
    for (const issue of parsed.issues) {
      const name = v.getDotPath(issue) ?? '';
      if (!said.has(name)) said.set(name, say(name, issue.message));
    }
    return { ok: false, problems: [...said.values()] };
  }
  const values = parsed.output;
  const problems: string[] = [];
  if (
    values.ICE_SERVERS.some((url) => url.startsWith('turn')) &&
    values.TURN_SECRET === undefined
  ) {
    problems.push(
      'TURN_SECRET: expected the secret shared with the TURN server that ICE_SERVERS names, got nothing.',
    );
  }
  if (values.PAGE_DIR !== undefined && !page.isDirectory(values.PAGE_DIR)) {
    problems.push(say('PAGE_DIR', 'a directory that exists'));
  }
  if (problems.length > 0) return { ok: false, problems };

  const stunPort = values.STUN_PORT ?? DEFAULT_STUN_PORT;
  return {
    ok: true,
    settings: {
      port: values.PORT,
      host: values.HOST ?? null,
      stun: stunPort === 0 ? null : { port: stunPort, required: values.STUN_PORT !== undefined },
      origins: values.ORIGINS,
      publicHosts: values.PUBLIC_HOST,
      trustProxy: values.TRUST_PROXY,
      ice: {
        urls: values.ICE_SERVERS,
        turnSecret: values.TURN_SECRET ?? null,
        turnSeconds: values.TURN_TTL,
      },
      maxPeers: values.MAX_PEERS,
      maxPeersPerAddress: values.MAX_PEERS_PER_ADDRESS,
      pageDir: values.PAGE_DIR ?? (page.isDirectory(page.defaultDir) ? page.defaultDir : null),
    },
  };
}
