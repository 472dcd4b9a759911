/** How far a run is, on standard error: one line that changes where somebody looks, a line for each stage otherwise. */

export interface Progress {
  /** A new stage of the run. */
  stage(text: string): void;
  /** How far it is within the stage. */
  within(text: string): void;
  /** Something that stays to be read. */
  note(text: string): void;
  end(): void;
}

/** At most so often the line changes, ms. */
const CHANGE_MS = 100;
/** Elsewhere a stage that lasts says so often how far it is, ms. */
const REMIND_MS = 10_000;

export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? oneLine(stream) : lines(stream);
}

function oneLine(stream: NodeJS.WriteStream): Progress {
  let stage = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  const show = (text: string) => {
    shownAt = performance.now();
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns || 80) - 1)}`);
  };
  return {
    stage: (text) => {
      stage = text;
      show(stage);
    },
    within: (text) => {
      if (performance.now() - shownAt >= CHANGE_MS) show(`${stage}: ${text}`);
    },
    note: (text) => {
      stream.write(`\r\x1b[2K${text}\n`);
      show(stage);
    },
    end: () => void stream.write('\r\x1b[2K'),
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let stage = '';
  let shownAt = 0;
  const show = (text: string) => {
    shownAt = performance.now();
    stream.write(`${text}\n`);
  };
  return {
    stage: (text) => {
      stage = text;
      show(`${stage}…`);
    },
    within: (text) => {
      if (performance.now() - shownAt >= REMIND_MS) show(`${stage}: ${text}`);
    },
    note: show,
    end: () => {},
  };
}
