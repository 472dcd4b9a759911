/** The ways of chatting that a load test compares, with all that is said of each anywhere. */

export const MODES = ['mesh', 'router', 'star'] as const;

/**
 * `mesh`: Snug as shipped. `router`: a chat router at its best, each message up once and copied by the server to each other
 * member, with the same entries, signatures and seals. `star`: automerge-repo with its own WebSocket server, one document,
 * stock sync, neither signed nor sealed.
 */
export type Mode = (typeof MODES)[number];

interface ModeTraits {
  /** In tables and charts. */
  readonly name: string;
  /** Whose server it is, at the beginning of a sentence that goes on with what it carried. */
  readonly server: string;
  /** A sentence for whoever has never heard of it. */
  readonly about: string;
  /** The program that serves it, beside this file. */
  readonly program: string;
  /** From one keep-alive of a connection to the next, ms: Engine.IO's, the router's after its model, automerge-repo's. */
  readonly keepAliveMs: number;
}

export const MODE_TRAITS: Readonly<Record<Mode, ModeTraits>> = {
  mesh: {
    name: 'Mesh',
    server: 'Snug’s server',
    about: 'Snug as shipped: the server introduces, messages go from peer to peer.',
    program: 'mesh-server.ts',
    keepAliveMs: 25_000,
  },
  router: {
    name: 'Router',
    server: 'A chat router’s server',
    about:
      'A chat server at its best: each message goes up once and is copied to every other member; the same signed and sealed entries.',
    program: 'router-server.ts',
    keepAliveMs: 25_000,
  },
  star: {
    name: 'Star',
    server: 'A sync server',
    about:
      'automerge-repo with its own WebSocket server: one document, stock sync, neither signed nor sealed.',
    program: 'star-server.ts',
    keepAliveMs: 5_000,
  },
};
