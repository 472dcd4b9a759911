/** What a run must show, whatever happens in it: everything delivered, bounded links, and a core that does nothing odd. */
import { mostLinks } from './measures.ts';
import { commandLine, type SimOptions } from './options.ts';
import type { Outcome } from './simulation.ts';

/** Most of those that lack something that are named. */
const NAMED = 20;
const NUMBERS = 12;

/** What does not hold, in words for a person, and the command that shows it again; nothing if all is well. */
export function failures(options: SimOptions, { figures, lacks, delivered }: Outcome): string[] {
  const most = mostLinks(options);
  const wrong = [
    ...(delivered < 1 && lacks.length === 0 ? ['No message reached a survivor.'] : []),
    ...(lacks.length > 0 ? [`${lacks.length} survivors lack messages that others have:`] : []),
    ...lacks.slice(0, NAMED).map(({ peer, index, upForMs, links, messages }) => {
      const up = Math.round(upForMs / 1000);
      const some = messages.slice(0, NUMBERS).join(', ');
      const more = messages.length > NUMBERS ? ', …' : '';
      return `  peer ${index} (${peer}), up for ${up} s with ${links} links, lacks ${messages.length}: ${some}${more}`;
    }),
    ...(lacks.length > NAMED ? [`  and ${lacks.length - NAMED} more`] : []),
    ...(figures.mostLinks > most
      ? [`A peer held ${figures.mostLinks} links; the most is ${most}.`]
      : []),
    ...[...figures.oddities].map(([what, times]) => `${times} times: ${what}.`),
  ];
  return wrong.length === 0 ? [] : [...wrong, `Again: ${commandLine(options)}`];
}
