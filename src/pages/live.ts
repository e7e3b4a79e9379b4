/** Parts of a page as they change, over server-sent events (WHATWG HTML, "Server-sent events"). */
import { createWaiter } from '../lib/async/waiter.ts';
import { CliError } from '../errors.ts';
import type { Html } from '../lib/text/html.ts';
import type { HttpResponse } from '../lib/net/http.ts';
import type { Clock } from '../platform/host.ts';
import { guardedResponse } from './document.ts';

/** What may stand in a page, by the ids of its elements: each is a whole element with that id. */
export type LiveParts = Readonly<Record<string, Html>>;

/** Changes that nobody tells of are found within this time, in milliseconds. */
const TICK_MS = 1000;
/** At least so long between two looks, however much happens, and so many times as long as a look takes: the work comes first. */
const PAUSE_MS = 200;
const PAUSE_LOOKS = 15;

export type Live = ReturnType<typeof createLive>;

/** `closing` ends all streams. */
export function createLive(clock: Pick<Clock, 'sleep' | 'monotonic'>, closing: AbortSignal) {
  const waiters = new Set<ReturnType<typeof createWaiter>>();
  const changed = (): void => {
    for (const waiter of waiters) waiter.wake();
  };
  closing.addEventListener('abort', changed, { once: true });

  async function* stream(render: () => Promise<LiveParts>): AsyncGenerator<Uint8Array, void> {
    const waiter = createWaiter(clock);
    const sent = new Map<string, string>();
    waiters.add(waiter);
    try {
      // The head is sent with the second piece.
      yield encoded('retry: 1000\n\n');
      while (!closing.aborted) {
        const begun = clock.monotonic();
        yield encoded(await message(render, sent));
        const pause = Math.max(PAUSE_MS, (clock.monotonic() - begun) * PAUSE_LOOKS);
        await waiter.wait(TICK_MS);
        if (!closing.aborted) await clock.sleep(pause, closing).catch(ignoreEnd);
      }
    } finally {
      waiters.delete(waiter);
    }
  }

  const ignoreEnd = (error: unknown): void => {
    if (!closing.aborted) throw error;
  };

  return {
    /** Something has happened: pages look at once. */
    changed,
    response: (render: () => Promise<LiveParts>): HttpResponse =>
      guardedResponse(200, 'text/event-stream', stream(render)),
  };
}

/** What has changed since the last one; also when that is nothing, so that the end of a reader is noticed. */
async function message(render: () => Promise<LiveParts>, sent: Map<string, string>): Promise<string> {
  const fresh: Record<string, string> = {};
  try {
    for (const [id, { text }] of Object.entries(await render())) {
      const content = withoutAges(text);
      if (sent.get(id) === content) continue;
      sent.set(id, content);
      fresh[id] = text;
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // The next one that goes well has all of it.
    sent.clear();
    return `event: trouble\ndata: ${error.message.replaceAll(/[\r\n]+/g, ' ')}\n\n`;
  }
  return Object.keys(fresh).length === 0 ? ':\n\n' : `data: ${JSON.stringify(fresh)}\n\n`;
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The script lets them grow by itself. */
function withoutAges(text: string): string {
  return text.replaceAll(/(<time data-age[^>]*>)[^<]*/g, '$1');
}
