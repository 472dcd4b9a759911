/** The finding in plain words: what the server carried in each mode, and how many times less. */
import { serverBytesPerDelivery } from '../byte-sums.ts';
import { MODE_TRAITS } from '../modes.ts';
import type { LoadtestResult, ModeResult } from '../result.ts';
import { bytes, exact, figure, latencies, ofKind, percent, times, whole } from './amounts.ts';
import { membersOf } from './arithmetic.ts';
import { nameOf } from './chart.ts';
import { type Html, html } from './html.ts';

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
  const carried = whole(ours.server.session);
  const subject = MODE_TRAITS[ours.mode].server;
  if (!other) return `${subject} carried ${bytes(carried)} for ${exact(options.messages)} messages`;
  const theirs = whole(other.server.session);
  return `${subject} carried ${comparison(carried, theirs)}: ${bytes(carried)}, where ${MODE_TRAITS[other.mode].server.replace('A ', 'a ')} carried ${bytes(theirs)}`;
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
  return `${modes.length > 1 ? 'The same ' : ''}${exact(options.messages)} messages${size} in a room of ${room}, ${[writers, ...extra].join(', ')}. Counted at the server’s sockets from the first peer’s start until the last message was everywhere, set-up, heartbeats and STUN included.`;
}

/** What a person must know before believing the rest; undefined when all is well. */
function caution({ wrong, brokenOff, modes, options }: LoadtestResult): Html | undefined {
  const left = options.modes.filter((mode) => !modes.some((run) => run.mode === mode)).map(nameOf);
  const sentences = [
    ...(brokenOff ? [`This run was broken off; missing: ${left.join(', ')}.`] : []),
    ...wrong,
  ];
  if (sentences.length === 0) return undefined;
  const rest =
    wrong.length > 0
      ? html`<p>Nothing is judged against its target for that. What was lost has cost nothing: read the comparison with that in mind.</p>`
      : undefined;
  const items = sentences.map((sentence) => html`<li>${sentence}</li>`);
  return html`<div class="caution" role="note"><ul>${items}</ul>${rest}</div>`;
}

function modeFigure(result: LoadtestResult, mode: ModeResult): Html {
  const { server, delivered, deliveries, latencyMs } = mode;
  const chat = ofKind(server.session, 'chat');
  const each = serverBytesPerDelivery(mode);
  const mesh = result.modes.find((other) => other.mode === 'mesh');
  const against =
    mesh && mode !== mesh
      ? html`<p>The mesh carried ${comparison(whole(mesh.server.session), whole(server.session))}.</p>`
      : undefined;
  return html`<li class="${mode.mode}"><h2><svg class="swatch long" viewBox="0 0 30 12" aria-hidden="true"><path class="line ${mode.mode}" d="M0 6H30"/></svg>${nameOf(mode.mode)}</h2><p class="big">${bytes(whole(server.session))}</p><p>${bytes(chat)} of it chat; ${figure(each)} B a delivery while they wrote</p><p>${exact(delivered)} of ${exact(deliveries)} delivered, ${unbroken(`half within ${latencies(latencyMs).p50}`)}</p>${against}</li>`;
}

export function headline(result: LoadtestResult): Html {
  const figures = result.modes.map((mode) => modeFigure(result, mode));
  const ways = result.modes.map(
    ({ mode }) => html`<div><dt>${nameOf(mode)}</dt><dd>${MODE_TRAITS[mode].about}</dd></div>`,
  );
  return html`<h1>${unbroken(title(result))}</h1><p class="lead">${setting(result)}</p>${caution(result)}<ul class="figures">${figures}</ul><dl class="ways">${ways}</dl>`;
}
