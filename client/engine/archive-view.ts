/** What there is to say of a space that goes into a file, or comes out of one, as plain data. */
import type { SpaceId } from '@snug/shared/protocol/ids.ts';

/** A file to be handed to the person. */
export interface FileView {
  /** Made of the space's name and the day. */
  readonly name: string;
  readonly file: Blob;
}

/** What came of an import, in entries. */
export interface ImportView {
  readonly space: SpaceId;
  readonly name: string;
  readonly fresh: number;
  /** Were here before. */
  readonly known: number;
  /** Need something that the file does not hold. */
  readonly unplaced: number;
  /** What no peer would take. */
  readonly refused: number;
  /** Records of a later version, or of another space. */
  readonly passedOver: number;
  /** False where the file is damaged or cut off further on: what came before that is in. */
  readonly whole: boolean;
  /** Whether the space's members list this device; otherwise the space is an archive, which can be read. */
  readonly listed: boolean;
}

/** A file that is being written or read just now. */
export interface FileWorkView {
  readonly does: 'export' | 'import';
  /** Absent while it is not known. */
  readonly space?: SpaceId;
  /** How much is done, from 0 to 1. */
  readonly share: number;
}
