/**
 * A small internet: servers that everybody reaches, and households, each behind a gateway of its own kind. What NATs do
 * is named as in RFC 4787.
 */
import type { Namespace, Namespaces } from './namespaces.ts';

export const KINDS = ['open', 'cone', 'symmetric', 'udp-blocked'] as const;

/**
 * `open`: a public address, nothing in between. `cone`: a NAT that keeps a socket's port whatever the destination (so the
 * mapping is endpoint-independent), and lets in what answers. `symmetric`: another random port for each destination.
 * `udp-blocked`: TCP only, as in some offices.
 */
export type Kind = (typeof KINDS)[number];

/** Machines behind each gateway. */
const MACHINES = 2;

/**
 * Drops in INPUT what nobody asked for: else conntrack takes a neighbour's early packet for a connection of the gateway's
 * own, gives the port away, and the hole that the peer behind it punches comes out somewhere else.
 */
function rules(kind: Exclude<Kind, 'open'>): string {
  const masquerade = kind === 'symmetric' ? 'MASQUERADE --random-fully' : 'MASQUERADE';
  return [
    '*nat',
    `-A POSTROUTING -o wan -j ${masquerade}`,
    'COMMIT',
    '*filter',
    ':INPUT DROP',
    ':FORWARD DROP',
    '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    ...(kind === 'udp-blocked' ? ['-A FORWARD -p udp -j DROP'] : []),
    '-A FORWARD -i lan -j ACCEPT',
    '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');
}

/** A gateway, and the machines behind it, on one local network. */
export interface Household {
  readonly machines: readonly Namespace[];
  /** Gives the gateway another public address, as providers do. What it knew of connections is forgotten. */
  changeAddress(): void;
  /** Loses this share of packets in the gateway, each way, until the answer is called. Not where there is none. */
  losePackets(share: number): () => void;
}

export class Internet {
  readonly #middle: Namespace;
  readonly #namespaces: Namespaces;
  #connected = 0;

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
    this.#middle = namespaces.create('middle');
    this.#middle.forward();
  }

  /** A machine with one public address, and nothing in between. */
  connectServer(): { readonly machine: Namespace; readonly address: string } {
    const machine = this.#namespaces.create('server');
    const { address } = this.#connect(machine);
    return { machine, address: address() };
  }

  /** An `open` household is one machine. */
  connect(kind: Kind): Household {
    const edge = this.#namespaces.create(kind);
    const { number, changeAddress } = this.#connect(edge);
    if (kind === 'open') return { machines: [edge], changeAddress, losePackets: () => () => {} };
    edge.run('iptables-restore', [], rules(kind));
    edge.forward();
    edge.configure('link add lan type bridge');
    edge.configure(`addr add 10.77.${number}.1/24 dev lan`);
    edge.configure('link set lan up');
    const machines = Array.from({ length: MACHINES }, (_, index) => {
      const machine = this.#namespaces.create('peer');
      this.#namespaces.cable(machine, 'eth', edge, `port${index}`);
      edge.configure(`link set port${index} master lan`);
      machine.configure(`addr add 10.77.${number}.${10 + index}/24 dev eth`);
      machine.configure(`route add default via 10.77.${number}.1`);
      return machine;
    });
    const losePackets = (share: number) => {
      const rule = `FORWARD -m statistic --mode random --probability ${share} -j DROP`.split(' ');
      edge.run('iptables', ['-I', ...rule]);
      return () => void edge.run('iptables', ['-D', ...rule]);
    };
    return { machines, changeAddress, losePackets };
  }

  /** Addresses for measurements (RFC 2544): nobody on the internet has them. */
  #connect(machine: Namespace) {
    const number = ++this.#connected;
    this.#namespaces.cable(machine, 'wan', this.#middle, `to${number}`);
    this.#middle.configure(`addr add 198.18.${number}.1/24 dev to${number}`);
    let last = 2;
    const address = () => `198.18.${number}.${last}`;
    const takeAddress = () => {
      machine.configure(`addr add ${address()}/24 dev wan`);
      machine.configure(`route add default via 198.18.${number}.1`);
    };
    takeAddress();
    const changeAddress = () => {
      // The kernel forgets what it masqueraded behind an address that goes.
      machine.configure(`addr del ${address()}/24 dev wan`);
      last++;
      takeAddress();
    };
    return { number, address, changeAddress };
  }
}
