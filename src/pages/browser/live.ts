/** Follows what changes, over server-sent events. */
import { ask } from './fragments.ts';
import { morph } from './morph.ts';
import { notice } from './notice.ts';

export interface LiveView {
  /** Looks from this address on; the one before is left. */
  follow(url: string): void;
  /** Looks no more. */
  leave(): void;
  /** Shows a part once more as it was last received. */
  showAgain(id: string): void;
}

/** After so long a stream that the browser has closed is opened anew, in milliseconds. */
const AGAIN_MS = 2000;

/** `changed` is called after each change. */
export function createLiveView(changed: () => void): LiveView {
  let source: EventSource | undefined;
  let isLost = false;
  const latest = new Map<string, string>();
  /** What could not be shown yet, because text in it was selected. */
  const waiting = new Set<string>();

  const show = (id: string): void => {
    const current = document.getElementById(id);
    const text = latest.get(id);
    if (current === null || text === undefined) return;
    const place = document.createElement('template');
    place.innerHTML = text;
    const fresh = place.content.firstElementChild;
    if (fresh !== null && !morph(current, fresh)) waiting.add(id);
    else waiting.delete(id);
  };

  const lost = async (): Promise<void> => {
    isLost = true;
    const answer = await ask('/page.css');
    if (!isLost) return;
    if (answer?.status === 401)
      notice('optipick was started again: open the address that it has printed now', { bad: true, lasting: true });
    else if (answer === undefined)
      notice('optipick has stopped: this is what was last seen', { bad: true, lasting: true });
  };

  document.addEventListener('selectionchange', () => {
    if (getSelection()?.isCollapsed === false) return;
    for (const id of waiting) show(id);
  });

  const view: LiveView = {
    follow(url) {
      view.leave();
      const opened = new EventSource(url);
      source = opened;
      opened.addEventListener('error', () => {
        void lost();
        // A browser that was answered 401 or the like does not try again by itself.
        if (opened.readyState === EventSource.CLOSED) setTimeout(() => source === opened && view.follow(url), AGAIN_MS);
      });
      // What is looked at cannot be read now: a database that is down.
      opened.addEventListener('trouble', ({ data }: MessageEvent<string>) => {
        isLost = true;
        notice(data, { bad: true, lasting: true });
      });
      opened.addEventListener('message', ({ data }: MessageEvent<string>) => {
        if (isLost) notice('Connected again');
        isLost = false;
        const parts = JSON.parse(data) as Readonly<Record<string, string>>;
        for (const [id, text] of Object.entries(parts)) {
          latest.set(id, text);
          show(id);
        }
        changed();
      });
    },
    leave() {
      source?.close();
      source = undefined;
      latest.clear();
      waiting.clear();
    },
    showAgain: show,
  };
  return view;
}
