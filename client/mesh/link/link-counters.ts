import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { LinkStats, Path } from '../links-port.ts';

/** Of a link that has no number of its own: only the device counts its links. */
export type LinkCounts = Omit<LinkStats, 'link'>;

/** What one link has carried, and how long it takes. */
export class LinkCounters {
  readonly direct = { bytesIn: 0, bytesOut: 0 };
  readonly relayed = { bytesIn: 0, bytesOut: 0 };
  readonly overhead = { bytesIn: 0, bytesOut: 0 };
  framesIn = 0;
  framesOut = 0;
  pathChanges = 0;
  /** What the last direct path that failed said of it. */
  directProblem: string | undefined;
  #token = 0;
  #pingedAt = 0;
  #rttMs: number | undefined;

  /** A token for a ping that is sent now. */
  ping(now: number): number {
    this.#pingedAt = now;
    return ++this.#token;
  }

  /** Only the answer to the latest ping measures anything. */
  pong(token: number, now: number): void {
    if (token === this.#token) this.#rttMs = now - this.#pingedAt;
  }

  get rttMs(): number | undefined {
    return this.#rttMs;
  }

  stats(peer: PeerId, path: Path, cause: LinkStats['cause'], upSinceMs: number): LinkCounts {
    return {
      peer,
      path,
      cause,
      rttMs: this.#rttMs,
      upSinceMs,
      direct: { ...this.direct },
      relayed: { ...this.relayed },
      overhead: { ...this.overhead },
      framesIn: this.framesIn,
      framesOut: this.framesOut,
      pathChanges: this.pathChanges,
      ...(this.directProblem !== undefined && { directProblem: this.directProblem }),
    };
  }
}
