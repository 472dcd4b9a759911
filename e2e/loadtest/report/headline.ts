/** The finding in plain words: what the server carried in each mode, and how many times less. */
import type { LoadtestResult, ModeResult } from '../result.ts';
import { bytes, exact, figure, milliseconds, ofKind, percent, times, whole } from './amounts.ts';
import { membersOf } from './arithmetic.ts';
import { MODE_NAMES } from './chart.ts';
import { type Html, html } from './html.ts';

const WAYS: Readonly<Record<ModeResult['mode'], string>> = {
  mesh: 'Snug’s server',
  router: 'A chat router’s',
  star: 'A sync server’s',
};

/** `22 times less`, `8 % less`, `as much`, `3.1 times more`: what `ours` carried against `other`. */
function comparison(ours: number, other: number): string {
  if (ours === other) return 'as much';
  if (ours === 0 || other === 0) return ours < other ? 'all of it less' : 'all of it more';
  const ratio = ours < other ? other / ours : ours / other;
  const way = ours < other ? 'less' : 'more';
  if (ratio < 1.005) return 'about as much';
  if (ratio < 2) return `${Math.round(Math.abs(ours / other - 1) * 100)} % ${way}`;
  return `${times(ratio)} times ${way}`;
}

function title({ modes, options }: LoadtestResult): string {
  const by = (name: ModeResult['mode']) => modes.find(({ mode }) => mode === name);
  const [first, ...others] = modes;
  if (!first) return 'Nothing was run';
  const ours = by('mesh') ?? first;
  const other = ours.mode === 'mesh' ? (by('router') ?? by('star')) : others[0];
  const carried = whole(ours.server.total);
  const subject = `${WAYS[ours.mode]}${ours.mode === 'mesh' ? '' : ' server'}`;
  if (!other) return `${subject} carried ${bytes(carried)} for ${exact(options.messages)} messages`;
  const theirs = whole(other.server.total);
  return `${subject} carried ${comparison(carried, theirs)}: ${bytes(carried)}, where ${WAYS[other.mode].replace('A ', 'a ')} carried ${bytes(theirs)}`;
}

/** With figures and their units on one line. */
function unbroken(text: string): string {
  return text.replace(/(\d) (?=[kMGT]?B\b|%|m?s\b)/g, '$1\u00a0');
}

function setting({ options, modes }: LoadtestResult): string {
  const room = exact(membersOf(options));
  const writers = options.writers === 'all' ? 'all writing' : `${exact(options.writers)} writing`;
  const size =
    options.size === 'mixed' ? ', mostly short, some long,' : ` of ${exact(options.size)} bytes`;
  const extra = [
    options.browsers > 0 ? `${exact(options.browsers)} of them Chromium pages in the mesh` : '',
    options.late > 0 ? `${exact(options.late)} coming late` : '',
    options.relayed > 0
      ? `${percent(options.relayed)} of the peers without direct links in the mesh`
      : '',
  ].filter((each) => each !== '');
  return `${modes.length > 1 ? 'The same ' : ''}${exact(options.messages)} messages${size} in a room of ${room}, ${[writers, ...extra].join(', ')}. Counted at the server’s sockets, set-up and heartbeats included.`;
}

/** What a person must know before believing the rest; undefined when all is well. */
function caution({ modes }: LoadtestResult): Html | undefined {
  const bad = modes.filter(({ lost, repeated }) => lost > 0 || repeated > 0);
  if (bad.length === 0) return undefined;
  const words = bad.map(
    ({ mode, lost, repeated, deliveries }) =>
      `${MODE_NAMES[mode]}: ${exact(lost)} of ${exact(deliveries)} deliveries lost, ${exact(repeated)} shown twice.`,
  );
  return html`<p class="caution">${words.join(' ')} What was lost has cost nothing: read the comparison with that in mind.</p>`;
}

function modeFigure(result: LoadtestResult, mode: ModeResult): Html {
  const { server, delivered, deliveries, latencyMs } = mode;
  const chat = ofKind(server.total, 'chat');
  const each = delivered > 0 ? ofKind(server.writing, 'chat') / delivered : 0;
  const mesh = result.modes.find((other) => other.mode === 'mesh');
  const against =
    mesh && mode !== mesh
      ? html`<p>The mesh carried ${comparison(whole(mesh.server.total), whole(server.total))}.</p>`
      : undefined;
  return html`<li class="${mode.mode}"><h2><svg class="swatch long" viewBox="0 0 30 12" aria-hidden="true"><path class="line ${mode.mode}" d="M0 6H30"/></svg>${MODE_NAMES[mode.mode]}</h2><p class="big">${bytes(whole(server.total))}</p><p>${bytes(chat)} of it chat, ${figure(each)} B each delivery</p><p>${exact(delivered)} of ${exact(deliveries)} delivered, ${unbroken(`half within ${milliseconds(latencyMs.p50)}`)}</p>${against}</li>`;
}

const EXPLANATIONS: Readonly<Record<ModeResult['mode'], string>> = {
  mesh: 'Snug as shipped: the server introduces, messages go from peer to peer.',
  router:
    'A chat server at its best: each message goes up once and is copied to every other member; the same signed and sealed entries.',
  star: 'automerge-repo with its own WebSocket server: one document, stock sync, neither signed nor sealed.',
};

export function headline(result: LoadtestResult): Html {
  const figures = result.modes.map((mode) => modeFigure(result, mode));
  const ways = result.modes.map(
    ({ mode }) => html`<div><dt>${MODE_NAMES[mode]}</dt><dd>${EXPLANATIONS[mode]}</dd></div>`,
  );
  return html`<h1>${unbroken(title(result))}</h1><p class="lead">${setting(result)}</p>${caution(result)}<ul class="figures">${figures}</ul><dl class="ways">${ways}</dl>`;
}
