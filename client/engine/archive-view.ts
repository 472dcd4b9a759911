/** What there is to say of a space that goes into a file, or comes out of one, as plain data. */
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Imported } from '../space/archive/archive-import.ts';

/** A file to be handed to the person. */
export interface FileView {
  /** Made of the space's name and the day. */
  readonly name: string;
  readonly file: Blob;
}

/** What came of an import, in entries. */
export interface ImportView extends Imported {
  readonly space: SpaceId;
  readonly name: string;
}

/** A file that is being written or read just now. */
export interface FileWorkView {
  readonly does: 'export' | 'import';
  /** Absent while it is not known. */
  readonly space?: SpaceId;
  /** How much is done, from 0 to 1. */
  readonly share: number;
}
