/**
 * What the page does by itself: the theme's button and the month's form. The functions' own text, without types, is put into the
 * page, so what is tested here is what runs there; each takes all it needs as arguments.
 */
import { bytes, money } from './amounts.ts';
import { type Community, month } from './arithmetic.ts';
import type { MonthRates } from './month-section.ts';

interface Reckoning {
  readonly month: typeof month;
  readonly bytes: typeof bytes;
  readonly money: typeof money;
}

function reckonMonth(reckon: Reckoning): void {
  const form = document.querySelector<HTMLFormElement>('#community');
  const data = document.querySelector('#rates');
  const trouble = document.querySelector<HTMLElement>('#month-trouble');
  if (!form || !data || !trouble) return;
  const rates: MonthRates = JSON.parse(data.textContent ?? '{}');
  const entries = Object.entries(rates);
  const seen = entries
    .filter(([, each]) => each.heartbeatPerPeerSecond !== undefined)
    .map(([mode]) => mode);
  const fieldValue = (name: keyof Community) => {
    const input = form.querySelector<HTMLInputElement>(`#${name}`);
    return input ? input.valueAsNumber : Number.NaN;
  };
  const show = () => {
    trouble.hidden = form.checkValidity();
    for (const input of form.querySelectorAll('input'))
      input.setAttribute('aria-invalid', String(!input.validity.valid));
    if (!trouble.hidden) return;
    const community = {
      members: fieldValue('members'),
      online: fieldValue('online'),
      messagesPerDay: fieldValue('messagesPerDay'),
      textBytes: fieldValue('textBytes'),
      sessionsPerDay: fieldValue('sessionsPerDay'),
      pricePerGB: fieldValue('pricePerGB'),
      relayed: fieldValue('relayed') / 100,
    };
    const found = entries.map(([mode, each]) => [mode, reckon.month(each, community)] as const);
    const most = Math.max(...found.map(([, each]) => each.total));
    for (const [mode, each] of found) {
      for (const cell of document.querySelectorAll<HTMLElement>(`[data-mode="${mode}"]`)) {
        const name = cell.dataset.figure;
        if (name === 'price') cell.textContent = reckon.money(each.price);
        if (name === 'setUp' || name === 'heartbeat' || name === 'chat' || name === 'total')
          cell.textContent =
            name === 'heartbeat' && !seen.includes(mode) ? '–' : reckon.bytes(each[name]);
      }
      const width = most > 0 ? (100 * each.total) / most : 0;
      document.querySelector(`[data-bar="${mode}"]`)?.setAttribute('width', width.toFixed(2));
    }
  };
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => event.preventDefault());
}

function switchTheme(): void {
  const button = document.querySelector<HTMLButtonElement>('#theme');
  if (!button) return;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);
  const show = () => {
    button.textContent = isDark() ? 'Light theme' : 'Dark theme';
  };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    show();
  });
  system.addEventListener('change', show);
  button.hidden = false;
  show();
}

/** On paper nothing can be opened, so all is. */
function openForPrint(): void {
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

export const PAGE_SCRIPT = `'use strict';
(${reckonMonth})({
month: ${month},
bytes: ${bytes},
money: ${money},
});
(${switchTheme})();
(${openForPrint})();
`;
