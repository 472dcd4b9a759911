/** Who did what, and when: of a message, of a thread, of a whole space. What was undone stays told. */
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { type ChangeItem, compareItems } from './entry-index.ts';
import { addTo } from './groups.ts';
import { type Deed, deedOf } from './message-state.ts';
import type { Change } from './operation.ts';
import type { Reading } from './reading.ts';

export interface HistoryEntry extends Deed {
  /** What was done; to `operation.targets`, or in an act of several entries to all of `messages`. */
  readonly operation: Change;
  readonly messages: readonly EntryId[];
  /** Every entry of the act: what an undo of it has to name. */
  readonly entries: readonly EntryId[];
  readonly undone: Deed | undefined;
}

/** Everything that was done to a message, oldest first. */
export function historyOf(reading: Reading, message: EntryId): readonly HistoryEntry[] {
  return acts(reading, reading.index.pointingAt(message));
}

/** Everything that was done to a thread: to its first message and to those that stand under it, oldest first. */
export function historyOfThread(reading: Reading, root: EntryId): readonly HistoryEntry[] {
  const ids = [root, ...reading.placement.thread(root).map(({ id }) => id)];
  const changes = new Set(ids.flatMap((id) => [...reading.index.pointingAt(id)]));
  return acts(reading, [...changes]);
}

/** Reactions and 👀 are said, not done. */
const SAID: ReadonlySet<Change['is']> = new Set(['reaction', 'seen']);

/** The newest of what was done in a space, newest first: tending, edits, deletions. */
export function historyOfSpace(reading: Reading, newest: number): readonly HistoryEntry[] {
  const done = reading.index.changes.filter(({ operation }) => !SAID.has(operation.is));
  return acts(reading, done).toReversed().slice(0, newest);
}

/** Entries of one person's hand that share an act's id are one. Undoing is told of what it undid. */
function acts(reading: Reading, changes: readonly ChangeItem[]): readonly HistoryEntry[] {
  const { rights } = reading;
  const byAct = new Map<string, ChangeItem[]>();
  const counting = changes
    .filter(({ operation }) => operation.is !== 'undo')
    .filter((change) => targetsOf(reading, change).length > 0)
    .sort(compareItems);
  for (const change of counting) {
    const act = change.operation.is === 'move' ? change.operation.act : undefined;
    const key = act === undefined ? change.id : `${rights.accountOf(change)} ${act}`;
    addTo(byAct, key, change);
  }
  return [...byAct.values()].flatMap((entries): HistoryEntry[] => {
    const [first] = entries;
    if (!first) return [];
    const undone = entries.map((entry) => rights.undoneBy(entry));
    const undo = undone.every((one) => one !== undefined) ? undone[0] : undefined;
    return [
      {
        ...deedOf(first, rights),
        operation: first.operation,
        messages: entries.flatMap((entry) => targetsOf(reading, entry)),
        entries: entries.map(({ id }) => id),
        undone: undo && deedOf(undo, rights),
      },
    ];
  });
}

/** Those of its targets that it may change. */
function targetsOf({ index, rights }: Reading, change: ChangeItem): readonly EntryId[] {
  return change.operation.targets.filter((id) => {
    const target = index.message(id);
    return target !== undefined && rights.mayChange(change, target);
  });
}
