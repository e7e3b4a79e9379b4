/** The script of all pages. Without it they can be read; with it they are live, and all is at the keyboard. */
import { ageText } from '../../lib/text/numbers.ts';
import { ask, fetchDocument, loadLate, takeFrom } from './fragments.ts';
import { createLiveView } from './live.ts';
import { notice } from './notice.ts';

document.documentElement.classList.add('scripted');

/** The parts that depend on the address. */
const LIST = ['list', 'older', 'tabs'] as const;

const live = createLiveView(() => {
  if (newestFrom() !== from) startList();
  markOpen();
  growAges();
  lookForResult();
});

/** Where the rows begin that are followed, and the state of what is open, as last seen. */
let from = newestFrom();
let state = stateOfOpen();
/** Ends what the last step of the reader asked for: answers that come late must not win. */
let navigation = new AbortController();

function newestFrom(): string | undefined {
  return document.getElementById('rows')?.dataset['from'];
}

function stateOfOpen(): string | undefined {
  return document.getElementById('head')?.dataset['state'];
}

/** The list begins anew: older rows are asked for once more. */
function startList(): void {
  from = newestFrom();
  document.getElementById('pages')?.replaceChildren();
  const older = document.getElementById('older');
  if (older === null) return;
  delete older.dataset['keep'];
  live.showAgain('older');
}

/** A result that was not there may be there once the delivery stands otherwise. */
function lookForResult(): void {
  if (stateOfOpen() === state) return;
  state = stateOfOpen();
  const place = document.getElementById('result');
  if (place === null || place.querySelector('[data-none]') === null) return;
  place.dataset['load'] = `${location.pathname}/result`;
  void loadLate(document, navigation.signal);
}

function nextNavigation(): AbortSignal {
  navigation.abort();
  navigation = new AbortController();
  return navigation.signal;
}

/** The address of what is seen now, at the stream of changes. */
function follow(): void {
  const { live: at } = document.body.dataset;
  if (at === undefined) return;
  const query = new URLSearchParams(location.search);
  if (location.pathname !== '/') query.set('open', location.pathname);
  // All that is newer than the last row of the first page.
  from = newestFrom();
  if (from !== undefined) query.set('from', from);
  live.follow(`${at}?${query.toString()}`);
}

function growAges(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-age]')) {
    const text = ageText(Date.now() - Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Shows the page at an address of this site in place of this one. */
async function visit(url: string, options: { readonly isNew?: boolean; readonly list?: boolean } = {}): Promise<void> {
  const signal = nextNavigation();
  const fresh = await fetchDocument(url, signal);
  if (fresh === undefined) return;
  const leaving = location.pathname;
  if (options.isNew !== false) history.pushState(undefined, '', url);
  document.title = fresh.title;
  const [main, other] = [document.querySelector('main'), fresh.querySelector('main')];
  main?.classList.toggle('open', other?.classList.contains('open') === true);
  const detail = document.getElementById('detail');
  const freshDetail = fresh.getElementById('detail');
  if (detail !== null && freshDetail !== null) {
    detail.replaceWith(document.importNode(freshDetail, true));
    document.getElementById('detail')?.scrollTo(0, 0);
  }
  if (options.list === true) {
    startList();
    takeFrom(fresh, LIST);
    fillForm();
  }
  markOpen();
  moveFocus(leaving);
  state = stateOfOpen();
  void loadLate(document, signal);
  follow();
}

/** Where the keyboard goes on when what had the focus is not seen any more: in what was opened, or where that was opened from. */
function moveFocus(leaving: string): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement !== document.body && activeElement.offsetParent !== null)
    return;
  const row = rowLinks().find(({ pathname }) => pathname === leaving);
  (row ?? document.querySelector<HTMLElement>('#detail h2'))?.focus();
}

/** What the list is narrowed down to, as the address has it. */
function fillForm(): void {
  const query = new URLSearchParams(location.search);
  const form = document.querySelector<HTMLFormElement>('form[data-filter]');
  for (const field of form?.elements ?? []) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = query.get(field.name) ?? '';
  }
}

/** The row of what is open. */
function markOpen(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.row a')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

// --- what is clicked ---

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (!(event.target instanceof Element)) return;
  const target = event.target.closest<HTMLElement>('a, button');
  if (target === null) return;
  const { copy, copyFrom, dialog, close } = target.dataset;
  if (copy !== undefined) void copyText(copy);
  else if (copyFrom !== undefined) {
    event.preventDefault();
    void copyOf(copyFrom);
  } else if (dialog !== undefined) openDialog(dialog);
  else if (close !== undefined) target.closest('dialog')?.close();
  else if (target instanceof HTMLAnchorElement && isOfThisPage(target)) {
    event.preventDefault();
    if (target.id === 'older') void loadOlder(target);
    else void visit(target.href, { list: target.closest('.tabs, .empty') !== null });
  }
});

function isOfThisPage({ origin, download, dataset, target }: HTMLAnchorElement): boolean {
  return origin === location.origin && download === '' && dataset['whole'] === undefined && target === '';
}

function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

async function copyOf(url: string): Promise<void> {
  const answer = await ask(url);
  if (answer?.ok === true) await copyText(await answer.text());
  else notice('There was nothing to copy', { bad: true });
}

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notice('Copied');
  } catch {
    notice('The browser does not allow copying', { bad: true });
  }
}

// --- forms ---

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.matches('[data-filter]')) {
    event.preventDefault();
    void filter(form);
  } else if (form.matches('[data-act]')) {
    event.preventDefault();
    const question = event.submitter?.dataset['confirm'];
    if (question === undefined || confirm(question)) void act(form, event.submitter);
  }
});

/** What it answers: `text` for the line at the top, `outcome` in place of the form's own outcome. */
interface ActAnswer {
  readonly text: string;
  readonly ok: boolean;
  readonly outcome?: string;
}

/** With the value of the button that was pressed. */
function fieldsOf(form: HTMLFormElement, button?: HTMLElement | null): [name: string, value: string][] {
  return [...new FormData(form, button)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
}

async function act(form: HTMLFormElement, pressed: HTMLElement | null): Promise<void> {
  const body = new URLSearchParams(fieldsOf(form, pressed));
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  const answer = await ask(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
  for (const button of buttons) button.disabled = false;
  // A button that is disabled loses the focus.
  if (document.activeElement === document.body) pressed?.focus();
  const isJson = (answer?.headers.get('content-type') ?? '').startsWith('application/json');
  const said = isJson ? ((await answer?.json()) as ActAnswer) : undefined;
  if (said === undefined)
    notice(answer === undefined ? 'There was no answer' : `That did not work: HTTP ${answer.status}`, { bad: true });
  else notice(said.text, { bad: !said.ok });
  if (said?.ok === true && form.matches('[data-clear]')) form.reset();
  const place = form.querySelector('.outcome');
  if (place === null || said?.outcome === undefined) return;
  const content = new DOMParser().parseFromString(said.outcome, 'text/html').body;
  place.replaceChildren(...content.childNodes);
}

async function filter(form: HTMLFormElement): Promise<void> {
  // The tab is in the address; a field that is empty narrows nothing down.
  const query = new URLSearchParams(location.search);
  for (const [name, value] of [...fieldsOf(form), ['before', ''] as const]) {
    if (name === 'state') continue;
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const fresh = await fetchDocument(`/${search}`, nextNavigation());
  if (fresh === undefined) return;
  history.replaceState(undefined, '', `${location.pathname}${search}`);
  const back = document.querySelector<HTMLAnchorElement>('#detail .back');
  if (back !== null) back.href = `/${search}`;
  startList();
  takeFrom(fresh, LIST);
  markOpen();
  follow();
}

// What is switched takes effect at once.
document.addEventListener('change', ({ target }) => {
  if (target instanceof Element) target.closest<HTMLFormElement>('form[data-auto]')?.requestSubmit();
});

let filtering: ReturnType<typeof setTimeout> | undefined;
document.addEventListener('input', ({ target }) => {
  const form = target instanceof Element ? target.closest<HTMLFormElement>('form[data-filter]') : null;
  if (form === null) return;
  clearTimeout(filtering);
  filtering = setTimeout(() => void filter(form), 150);
});

// --- older rows ---

async function loadOlder(link: HTMLAnchorElement): Promise<void> {
  const fresh = await fetchDocument(link.href, navigation.signal);
  const rows = fresh?.getElementById('rows');
  if (fresh === undefined || rows === null || rows === undefined) return;
  const list = document.createElement('ol');
  list.className = 'rows';
  list.append(...[...rows.children].filter(({ id }) => document.getElementById(id) === null));
  document.getElementById('pages')?.append(list);
  const next = fresh.getElementById('older');
  if (next instanceof HTMLAnchorElement) link.href = next.href;
  link.hidden = next === null || next.hidden;
  // It is no longer the one that belongs to the newest rows.
  link.dataset['keep'] = '';
}

// --- keys ---

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;

function rowLinks(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>('.row a')].filter((link) => link.offsetParent !== null);
}

function moveBy(step: number): void {
  const links = rowLinks();
  const at = links.findIndex((link) => link === document.activeElement);
  const current = at === -1 ? links.findIndex((link) => link.hasAttribute('aria-current')) : at;
  const next = links[Math.min(links.length - 1, Math.max(0, current === -1 ? 0 : current + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

const back = (): void => document.querySelector<HTMLAnchorElement>('#detail .back')?.click();

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
  if (isWriting(event.target)) {
    if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  if (event.key === 'j' || (event.key === 'ArrowDown' && isRow(document.activeElement))) moveBy(1);
  else if (event.key === 'k' || (event.key === 'ArrowUp' && isRow(document.activeElement))) moveBy(-1);
  else if (event.key === '/') document.querySelector<HTMLElement>('input[type=search]')?.focus();
  else if (event.key === 'Escape') back();
  else {
    // The key that a control says of itself.
    const control = document.querySelector<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
    if (control === null) return;
    control.click();
  }
  event.preventDefault();
});

function isRow(element: Element | null): boolean {
  return element?.closest('.row') !== null && element !== null;
}

globalThis.addEventListener('popstate', () => void visit(location.href, { isNew: false, list: true }));
// A browser has few connections for one address: pages that nobody sees leave theirs to others.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) live.leave();
  else follow();
});
setInterval(growAges, 10_000);
markOpen();
void loadLate(document, navigation.signal);
if (!document.hidden) follow();
