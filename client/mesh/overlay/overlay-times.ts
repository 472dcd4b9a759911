/** The numbers of the overlay: how many links, and how long it waits for what. */

/**
 * Links of one topic: as many are sought, as many are held at most, and so few are left to it when others want room. So many
 * are to peers that this device chose and no offer pushes out: else a few devices that offer could take every place
 * (Heilman et al., "Eclipse attacks on Bitcoin's peer-to-peer network", 2015).
 */
export interface LinkTargets {
  readonly wanted: number;
  readonly most: number;
  readonly least: number;
  readonly chosen: number;
}

export const OVERLAY_SIZES = {
  /** A room of six is thus a full mesh. */
  shown: { wanted: 5, most: 8, least: 2, chosen: 2 },
  background: { wanted: 2, most: 4, least: 1, chosen: 1 },
  /** Links that serve no topic: strangers who knock, those one knocks at, waiting rooms. */
  guests: 4,
  /** Peers of one topic that are remembered as here: those who are allowed, and strangers. */
  known: 512,
  strangers: 1024,
  /** Peers that may be parted from this device. */
  parted: 32,
} as const satisfies Record<string, number | LinkTargets>;

/** Milliseconds. What is waited for is jittered by a quarter either way, unless two bounds are named. */
export const OVERLAY_TIMES = {
  /** From one knock to the next, while none has been answered. */
  knockMs: 1_500,
  /** Unanswered ones, over links and as offers of links. */
  knocksAtOnce: 3,
  /** How often somebody is looked for who could answer: so often at first, and so often from then on. */
  lookMs: { early: 12_000, earlyForMs: 600_000, late: 50_000 },
  /** For how long one who let a knock in is trusted to admit the newcomer, before others are knocked at too. */
  answeredMs: 10_000,
  /** How long a linked peer may take to answer a knock, before it counts as one who never will. */
  unansweredMs: 10_000,
  /** First and longest wait before a lost link is tried again, and after how many failures a peer is held to be away. */
  retryMs: 1_000,
  longestRetryMs: 30_000,
  /** The longest while no link is up. */
  longestRetryAloneMs: 5_000,
  failures: 12,
  /** The same for who refused, or misbehaved. */
  coolMs: 30_000,
  longestCoolMs: 600_000,
  /** For how long, at first and at most, others are preferred to one that promised in vain. */
  vainMs: 60_000,
  longestVainMs: 600_000,
  /** How long a peer that has links enough is left alone. */
  restMs: { least: 15_000, most: 60_000 },
  /** First and longest wait between questions about allowed peers who are not linked. */
  askMs: 20_000,
  longestAskMs: 900_000,
  /** The same between samples: the first pair where links are wanting, the second where there are enough. */
  shortSampleMs: 15_000,
  longestShortSampleMs: 300_000,
  /**
   * The same while no link is up: so often at first, and so often from then on. A server's word that nobody is here may be
   * wrong, and no other way is left to learn it. A topic that is off the screen waits so many times as long.
   */
  aloneMs: { early: 10_000, earlyForMs: 300_000, late: 45_000, background: 4 },
  sampleMs: 3_600_000,
  longestSampleMs: 7_200_000,
  /** The same between random walks, while links are wanting, or somebody named in an invite is sought. */
  walkMs: 2_000,
  longestWalkMs: 600_000,
  /** While no link is up: from the second attempt to the third, and so on. */
  staggerMs: 1_500,
  /** How long after the first link the mesh is heard out before others are chosen, and before a server's word is used. */
  settleMs: 1_000,
  meshFirstMs: 3_000,
  /** A link that has not come up by then may never, so that a topic of few links begins another beside it. */
  slowMs: 3_000,
  /** By then a link that was begun has come up, and one that came up has said which other topics it serves. */
  sharesMs: 4_000,
  /** How often a link that others began makes room for one of this device's choice. */
  chooseMs: 60_000,
  /** A link that came up just now is not pushed out. */
  youngMs: 5_000,
  /** How long a stranger's link is safe from the next one. */
  guestMs: 30_000,
  /** An accepted offer of which nothing comes. */
  promiseMs: 5_000,
  /** How often room is made for a topic without links; and where every topic has but one, the turns they take. */
  roomMs: 2_000,
  turnMs: { least: 20_000, most: 30_000 },
  /** From one look for parted peers to the next, how long one that is not answered keeps others waiting, and until when. */
  seekMs: { least: 4_000, most: 8_000 },
  seekingMs: 5_000,
  soughtForMs: 600_000,
  /** How long a peer that a server saw may stay unheard in a mesh that is whole. */
  unheardMs: 15_000,
  /** What was heard so soon after a loss may have been on its way before. */
  echoMs: 5_000,
  /** How long having heard a peer proves that nothing parts it from this device; at most twice as long. */
  reachedMs: 600_000,
  /** From one exchange of a neighbour to the next, ever longer while nobody is lost. */
  mixMs: 240_000,
  longestMixMs: 960_000,
  /** How long the walk before it and the measuring after it may take. */
  mixWalkMs: 3_000,
  measureMs: 25_000,
  /** How long a topic that has left the screen keeps what links it has. */
  shrinkMs: 30_000,
} as const;

/** Between 0.75 and 1.25 times as long, so that those who lost each other together do not come back together. */
export function jittered(ms: number, random: () => number): number {
  return ms * (0.75 + random() * 0.5);
}

export function between(bounds: { least: number; most: number }, random: () => number): number {
  return bounds.least + random() * (bounds.most - bounds.least);
}
