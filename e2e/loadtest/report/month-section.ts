/** What it means a month: a form for a community, reckoned here for its first values and in the page for others. */
import type { LoadtestResult, ModeResult } from '../result.ts';
import { bytes, figure, money } from './amounts.ts';
import { type Community, month, type Rates, ratesOfMonth, textBytesOf } from './arithmetic.ts';
import { nameOf } from './chart.ts';
import { type Html, html, jsonElement } from './html.ts';

export type MonthRates = Partial<Record<ModeResult['mode'], Rates>>;

/** A middling community; of people's pairs a fifth does not get a direct link, as reports on WebRTC have it. */
function firstCommunity(result: LoadtestResult): Community {
  return {
    members: 200,
    online: 40,
    messagesPerDay: 2_000,
    textBytes: Math.round(textBytesOf(result)),
    sessionsPerDay: 3,
    pricePerGB: 0.09,
    relayed: 0.2,
  };
}

interface Field {
  readonly name: keyof Community;
  readonly label: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly step: string;
}

const FIELDS: readonly Field[] = [
  { name: 'members', label: 'Members', unit: '', least: 2, most: 100_000, step: '1' },
  {
    name: 'online',
    label: 'Online at once',
    unit: 'on average, day and night',
    least: 0,
    most: 100_000,
    step: 'any',
  },
  {
    name: 'messagesPerDay',
    label: 'Messages a day',
    unit: 'of all together',
    least: 0,
    most: 10_000_000,
    step: 'any',
  },
  {
    name: 'textBytes',
    label: 'Average message',
    unit: 'bytes of text',
    least: 1,
    most: 100_000,
    step: 'any',
  },
  {
    name: 'sessionsPerDay',
    label: 'Sessions a day',
    unit: 'of each member',
    least: 0,
    most: 1_000,
    step: 'any',
  },
  {
    name: 'pricePerGB',
    label: 'Price per GB',
    unit: 'in your currency',
    least: 0,
    most: 1_000,
    step: 'any',
  },
  {
    name: 'relayed',
    label: 'No direct link',
    unit: '% of pairs',
    least: 0,
    most: 100,
    step: 'any',
  },
];

function fieldOf(field: Field, community: Community): Html {
  const value = field.name === 'relayed' ? 100 * community.relayed : community[field.name];
  const unit = field.unit ? html`<small id="unit-${field.name}">${field.unit}</small>` : undefined;
  const described = field.unit ? html`aria-describedby="unit-${field.name}"` : undefined;
  return html`<div class="field"><label for="${field.name}">${field.label}</label><input id="${field.name}" name="${field.name}" type="number" inputmode="decimal" min="${field.least}" max="${field.most}" step="${field.step}" value="${value}" required ${described}>${unit}</div>`;
}

const ROWS = [
  ['chat', 'Chat'],
  ['setUp', 'Set-up'],
  ['heartbeat', 'Heartbeats'],
  ['total', 'In all'],
] as const;

type Entry = readonly [mode: ModeResult['mode'], rates: Rates];

/** Its cells are what the page's script writes anew. */
function tableFor(all: readonly Entry[], community: Community): Html {
  const found = all.map(([mode, rates]) => [mode, month(rates, community)] as const);
  const rates = Object.fromEntries(
    all.map(([mode, { heartbeatPerPeerSecond }]) => [mode, heartbeatPerPeerSecond]),
  );
  const most = Math.max(...found.map(([, each]) => each.total));
  const head = all.map(([mode]) => html`<th scope="col">${nameOf(mode)}</th>`);
  const rows = ROWS.map(([name, title]) => {
    const cells = found.map(
      ([mode, each]) =>
        html`<td><span data-mode="${mode}" data-figure="${name}">${name === 'heartbeat' && rates[mode] === undefined ? '–' : bytes(each[name])}</span>${name === 'total' ? barOf(mode, most > 0 ? each.total / most : 0) : undefined}</td>`,
    );
    return html`<tr class="${name}"><th scope="row">${title}</th>${cells}</tr>`;
  });
  const prices = found.map(
    ([mode, { price }]) =>
      html`<td><span data-mode="${mode}" data-figure="price">${money(price)}</span></td>`,
  );
  return html`<div class="scroll even" role="region" aria-label="A month" tabindex="0"><table><caption class="heard-only">Bytes through the server in a month, and their price, by mode</caption><thead><tr><th scope="col">30 days</th>${head}</tr></thead><tbody>${rows}<tr class="total"><th scope="row">Price</th>${prices}</tr></tbody></table></div>`;
}

function upperBound(): Html {
  return html`<p class="note">The mesh’s chat is the most it can come to: every pair without a direct link counts as relayed, while Snug relays only where no other member can pass a message on.</p>`;
}

/** A run may end before a heartbeat was due: its month would seem to have none. */
function unseenHeartbeats(all: readonly Entry[]): Html | undefined {
  const unseen = all.filter(([, { heartbeatPerPeerSecond: rate }]) => rate === undefined);
  if (unseen.length === 0) return undefined;
  const names = unseen.map(([mode]) => nameOf(mode)).join(', ');
  return html`<p class="note">This run ended before a heartbeat was due (${names}): theirs are missing here, in the sums too. --idle 26 shows them.</p>`;
}

function barOf(mode: ModeResult['mode'], share: number): Html {
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="plain-bar ${mode}" data-bar="${mode}" width="${(100 * share).toFixed(2)}" height="4"/></svg>`;
}

function formula(all: readonly Entry[]): Html {
  const rows = all.map(([mode, rates]) => {
    const cells = [
      figure(rates.upPerMessage),
      figure(rates.perDelivery),
      mode === 'mesh' ? figure(rates.perRelayedDelivery) : '–',
      figure(rates.setUpPerSession),
      rates.heartbeatPerPeerSecond === undefined ? '–' : figure(rates.heartbeatPerPeerSecond),
    ].map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${nameOf(mode)}</th>${cells}</tr>`;
  });
  const head = ['', 'up', 'down', 'relayed', 'join', 'beat'].map(
    (name) => html`<th scope="col">${name}</th>`,
  );
  return html`<details class="formula"><summary>How this is reckoned</summary>
<p class="code">chat = 30 × messages × (<i>up</i> + (members − 1) × (<i>down</i> + share without direct link × <i>relayed</i>))<br>set-up = 30 × members × sessions × <i>join</i><br>heartbeats = 30 × 86,400 s × online × <i>beat</i><br>price = (chat + set-up + heartbeats) ÷ 1,000,000,000 × price per GB</p>
<div class="scroll" role="region" aria-label="Bytes as measured in this run" tabindex="0"><table><caption class="heard-only">Bytes as measured in this run</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>
<p>In bytes, in and out, as measured in this run: <i>up</i> for each message, <i>down</i> (with what is answered) for each who gets it, <i>join</i> for each session, <i>beat</i> for each person online and second. Every member gets every message, then or later. A text longer than this run’s average adds its bytes to each copy, a shorter one takes them away.</p>
<p><i>Relayed</i> is a mesh message’s way up and down again, twice its bytes between peers. TLS and page assets come on top in every mode; what a star sends again to those who come back is not in it.</p></details>`;
}

/** @returns markup with the data that the page's script reads */
export function monthSection(result: LoadtestResult): Html {
  const community = firstCommunity(result);
  const all = result.modes.map((mode) => [mode.mode, ratesOfMonth(result, mode)] as const);
  const rates: MonthRates = Object.fromEntries(all);
  return html`<form id="community" novalidate>${FIELDS.map((field) => fieldOf(field, community))}</form>
<p id="month-trouble" class="caution" role="alert" hidden>Each field takes a number of 0 or more, a room has at least 2 members, and a share is at most 100 %. The figures below are those from before.</p>
${tableFor(all, community)}${result.modes.some(({ mode }) => mode === 'mesh') ? upperBound() : undefined}${unseenHeartbeats(all)}
${formula(all)}${jsonElement('rates', rates)}`;
}
