import type { ImportView } from '../../engine/archive-view.ts';
import { countOf } from '../pieces/times-and-sizes.ts';

/** What came of an import, for the person who asked for it. */
export function importedWords(it: ImportView): string {
  const words = [
    it.fresh > 0
      ? `${it.name} is here, with ${countOf(it.fresh, 'new entry', 'new entries')}.`
      : `Everything of ${it.name} in this file was here already.`,
  ];
  if (!it.listed) words.push('This device is no member of it, so it can be read only.');
  if (!it.whole) words.push('The file is damaged further on: what came before that is in.');
  const left = it.unplaced + it.refused + it.passedOver;
  if (left > 0) words.push(`${countOf(left, 'entry', 'entries')} could not be taken in.`);
  return words.join(' ');
}
