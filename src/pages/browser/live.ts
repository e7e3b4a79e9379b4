/** Follows what changes, over server-sent events. */
import { morph } from './morph.ts';
import { notice } from './notice.ts';

export interface LiveView {
  /** Looks from this address on; the one before is left. */
  follow(url: string): void;
}

/** `changed` is called after each change. */
export function createLiveView(changed: () => void): LiveView {
  let source: EventSource | undefined;
  /** What could not be shown yet, because text in it was selected. */
  const waiting = new Map<string, string>();

  const show = (id: string, text: string): void => {
    const current = document.getElementById(id);
    if (current === null) return;
    const place = document.createElement('template');
    place.innerHTML = text;
    const fresh = place.content.firstElementChild;
    if (fresh !== null && !morph(current, fresh)) waiting.set(id, text);
    else waiting.delete(id);
  };

  document.addEventListener('selectionchange', () => {
    if (getSelection()?.isCollapsed === false) return;
    for (const [id, text] of waiting) show(id, text);
  });

  return {
    follow(url) {
      source?.close();
      waiting.clear();
      const opened = new EventSource(url);
      source = opened;
      let isLost = false;
      opened.addEventListener('open', () => {
        if (isLost) notice('Connected again');
        isLost = false;
      });
      opened.addEventListener('error', () => {
        isLost = true;
        notice('optipick has stopped: this is what was last seen', { bad: true, lasting: true });
        // A browser that was answered 401 or the like does not try again by itself.
        if (opened.readyState === EventSource.CLOSED) setTimeout(() => source === opened && this.follow(url), 2000);
      });
      opened.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const parts = JSON.parse(data) as Readonly<Record<string, string>>;
        for (const [id, text] of Object.entries(parts)) show(id, text);
        changed();
      });
    },
  };
}
