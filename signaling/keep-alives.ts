export const KEEP_ALIVES = {
  /** How long a port's requests are answered with its address, ms: longer than any transaction lasts (39.5 s, RFC 8489, §6.2.1). */
  answeredMs: 45_000,
  /** After so long without a request, the next is a first one again, ms: browsers ask each 10 s, libjuice each 15 s. */
  silenceMs: 20_000,
  /** Ports remembered; the one first seen is forgotten for the next, and is then answered as a new one. */
  ports: 20_000,
} as const;

interface Series {
  readonly since: number;
  last: number;
}

/**
 * Tells requests that keep a NAT's binding alive from those that ask for an address. ICE has them sent for as long as a port
 * lives (RFC 8445, §5.1.1.4): browsers each 10 s for every link, so that a server would hear from all its peers for ever. Here
 * nothing depends on them: each attempt at a link has a port of its own, which is up or given up within seconds, and
 * then its own checks keep the binding alive (RFC 7675). An error is what ends them: Chromium sends no more after one that
 * comes 50 s or later after its first request, libjuice after any; silence would only have them retransmitted.
 */
export class KeepAlives {
  readonly #ports = new Map<string, Series>();
  readonly #limits: { answeredMs: number; silenceMs: number; ports: number };

  constructor(limits: { answeredMs: number; silenceMs: number; ports: number } = KEEP_ALIVES) {
    this.#limits = limits;
  }

  /** How many ports are remembered. */
  get size(): number {
    return this.#ports.size;
  }

  /**
   * A request came from an address and port. True when it is no more than a keep-alive, and is to be refused.
   *
   * @param now milliseconds
   */
  refuses(port: string, now: number): boolean {
    const { answeredMs, silenceMs, ports } = this.#limits;
    const series = this.#ports.get(port);
    if (series !== undefined && now - series.last <= silenceMs) {
      series.last = now;
      return now - series.since > answeredMs;
    }
    this.#ports.delete(port);
    // For each that comes the oldest goes, if it has fallen silent or its room is needed.
    const [oldest] = this.#ports;
    if (oldest !== undefined) {
      const silent = now - oldest[1].last > silenceMs;
      if (silent || this.#ports.size >= ports) this.#ports.delete(oldest[0]);
    }
    this.#ports.set(port, { since: now, last: now });
    return false;
  }
}
