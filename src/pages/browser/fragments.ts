/** Parts of the page that are asked for again. */
import { morph } from './morph.ts';

/** The document at an address of this page; `undefined` when there is no answer. */
export async function fetchDocument(url: string): Promise<Document | undefined> {
  const answer = await ask(url);
  if (answer === undefined || !(answer.headers.get('content-type') ?? '').startsWith('text/html')) return undefined;
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

/** `undefined` when there is no answer. Headers that the page needs are sent along. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response | undefined> {
  const headers = new Headers(init.headers);
  const { key } = document.body.dataset;
  if (key !== undefined) headers.set('x-api-key', key);
  return await fetch(url, { ...init, headers }).catch(() => undefined);
}

/** Changes the elements with these ids into those of another document. Returns whether it has them all. */
export function takeFrom(fresh: Document, ids: readonly string[]): boolean {
  return ids.every((id) => {
    const [current, other] = [document.getElementById(id), fresh.getElementById(id)];
    if (current === null || other === null) return false;
    morph(current, other);
    return true;
  });
}

/** Fills the places whose content takes a while. */
export async function loadLate(root: ParentNode): Promise<void> {
  for (const place of root.querySelectorAll<HTMLElement>('[data-load]')) {
    const url = place.dataset['load'] ?? '';
    delete place.dataset['load'];
    place.dataset['keep'] = '';
    const fresh = await fetchDocument(url);
    if (!place.isConnected) return;
    place.setAttribute('aria-busy', 'false');
    if (fresh === undefined) place.textContent = 'There was no answer.';
    else place.replaceChildren(...fresh.body.childNodes);
  }
}
