/**
 * How a link ended: `refused` if it never came up and the other end said why, `full` if that was for want of room only, `left`
 * if it did come up and the other end says that it goes, `surplus` if either end has links enough without this one,
 * `no-answer` and `lost` if it could not be made or kept up, `closed` if this end had no more use for it.
 */
export type Ending =
  | 'closed'
  | 'left'
  | 'surplus'
  | 'refused'
  | 'full'
  | 'no-answer'
  | 'lost'
  | 'misbehaved';
