/** A file of any size, read piece by piece: nothing needs all of it in memory. */

export interface FileBytes {
  /** Bytes. */
  readonly size: number;
  /** From `start` up to `end`, or less where the file ends. Rejects where it cannot be read any more. */
  read(start: number, end: number): Promise<Uint8Array>;
}

export function bytesAsFile(bytes: Uint8Array): FileBytes {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** What a person picked or dropped. */
export function blobAsFile(blob: Blob): FileBytes {
  return {
    size: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}
