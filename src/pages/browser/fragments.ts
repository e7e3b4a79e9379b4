/** Parts of the page that are asked for again. */
import { morph, morphChildren } from './morph.ts';
import { notice } from './notice.ts';

/** The document at an address of this page; `undefined` when there is none, which the notice says, and when it is not wanted any more. */
export async function fetchDocument(url: string, signal: AbortSignal): Promise<Document | undefined> {
  const answer = await ask(url, { signal });
  if (signal.aborted) return undefined;
  if (answer?.ok !== true) {
    notice(answer === undefined ? 'There was no answer' : whyNot(answer.status), { bad: true });
    return undefined;
  }
  if (!(answer.headers.get('content-type') ?? '').startsWith('text/html')) return undefined;
  const text = await answer.text().catch(() => undefined);
  return text === undefined || signal.aborted ? undefined : new DOMParser().parseFromString(text, 'text/html');
}

function whyNot(status: number): string {
  if (status === 401) return 'optipick was started again: open the address that it has printed now';
  return status === 404 ? 'It is not there any more' : `That did not work: HTTP ${status}`;
}

/** `undefined` when there is no answer. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response | undefined> {
  return await fetch(url, init).catch(() => undefined);
}

/** Changes the elements with these ids into those of another document. */
export function takeFrom(fresh: Document, ids: readonly string[]): void {
  for (const id of ids) {
    const [current, other] = [document.getElementById(id), fresh.getElementById(id)];
    if (current !== null && other !== null) morph(current, other);
  }
}

/** Fills the places whose content takes a while, for as long as it is wanted. */
export async function loadLate(root: ParentNode, signal: AbortSignal): Promise<void> {
  for (const place of root.querySelectorAll<HTMLElement>('[data-load]')) {
    const url = place.dataset['load'] ?? '';
    delete place.dataset['load'];
    const fresh = await fetchDocument(url, signal);
    if (!place.isConnected || signal.aborted) return;
    place.setAttribute('aria-busy', 'false');
    if (fresh === undefined) place.textContent = 'There was no answer.';
    else morphChildren(place, fresh.querySelector('main') ?? fresh.body);
  }
}
