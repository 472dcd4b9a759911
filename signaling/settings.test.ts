import { describe, expect, it } from 'vitest';
import { parseSettings } from './settings.ts';

const page = { defaultDir: '/built', isDirectory: (path: string) => path === '/built' };
const parse = (environment: Record<string, string>) => parseSettings(environment, page);
function problemsOf(environment: Record<string, string>): readonly string[] {
  const result = parse(environment);
  return result.ok ? [] : result.problems;
}

describe('settings', () => {
  it('need not be given', () => {
    expect(parse({})).toEqual({
      ok: true,
      settings: {
        port: 8600,
        host: null,
        stun: { port: 3478, required: false },
        origins: [],
        publicHosts: [],
        trustProxy: false,
        ice: { urls: [], turnSecret: null, turnSeconds: 86400 },
        maxPeers: 10_000,
        maxPeersPerAddress: 1000,
        pageDir: '/built',
      },
    });
  });

  it('are read from the environment', () => {
    const result = parse({
      PORT: '80',
      HOST: '192.0.2.1',
      STUN_PORT: '3479',
      ORIGINS: 'https://a.example, http://B.example:8080/',
      PUBLIC_HOST: 'Chat.example,chat.example:8600',
      TRUST_PROXY: 'true',
      ICE_SERVERS: 'stun:s.example:3478,turns:t.example:443?transport=tcp',
      TURN_SECRET: 'north',
      TURN_TTL: '600',
      MAX_PEERS: '5',
      MAX_PEERS_PER_ADDRESS: '2',
    });
    expect(result).toEqual({
      ok: true,
      settings: {
        port: 80,
        host: '192.0.2.1',
        stun: { port: 3479, required: true },
        origins: ['https://a.example', 'http://b.example:8080'],
        publicHosts: ['chat.example', 'chat.example:8600'],
        trustProxy: true,
        ice: {
          urls: ['stun:s.example:3478', 'turns:t.example:443?transport=tcp'],
          turnSecret: 'north',
          turnSeconds: 600,
        },
        maxPeers: 5,
        maxPeersPerAddress: 2,
        pageDir: '/built',
      },
    });
  });

  it('count as not given when empty, as compose files pass them', () => {
    expect(parse({ PORT: '', STUN_PORT: ' ', TURN_SECRET: '' })).toEqual(parse({}));
  });

  it('turn STUN off with port 0, and every origin on with *', () => {
    expect(parse({ STUN_PORT: '0', ORIGINS: '*' })).toMatchObject({
      settings: { stun: null, origins: '*' },
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['STUN_PORT', '3478.5'],
    ['ORIGINS', 'chat.example'],
    ['ORIGINS', 'https://chat.example/path'],
    ['PUBLIC_HOST', 'https://chat.example'],
    ['TRUST_PROXY', 'perhaps'],
    ['ICE_SERVERS', 'http://a.example'],
    ['ICE_SERVERS', 'turn:a.example?transport=sctp'],
    ['TURN_TTL', '5'],
    ['MAX_PEERS', '0'],
    ['MAX_PEERS_PER_ADDRESS', '1e3'],
    ['PAGE_DIR', '/nowhere'],
  ])('say for %s=%s which it is, what was expected and what came', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: expected .+, got `));
    expect(problems[0]).toContain(JSON.stringify(value));
  });

  it('are all complained about at once', () => {
    expect(problemsOf({ PORT: 'x', MAX_PEERS: 'y' })).toHaveLength(2);
  });

  it('ask for the secret of a TURN server that is named, and never print it', () => {
    expect(problemsOf({ ICE_SERVERS: 'turn:a.example' })[0]).toMatch(/^TURN_SECRET: expected/);
    const secret = 's'.repeat(300);
    expect(problemsOf({ TURN_SECRET: secret }).join()).not.toContain('sss');
  });

  it('serve no page when none is built', () => {
    const nowhere = { defaultDir: '/built', isDirectory: () => false };
    expect(parseSettings({}, nowhere)).toMatchObject({ settings: { pageDir: null } });
  });
});
