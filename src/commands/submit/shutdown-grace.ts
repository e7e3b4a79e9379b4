/** A POST that is on its way when somebody stops the command. */
import type { Context } from '../../app/context.ts';

/** How long a POST that is on its way gets, once somebody has stopped the batch, to learn its id; in milliseconds. */
const POST_GRACE_MS = 2000;

/** A signal that follows `stop` a little later. */
export function graceful({ stop, host }: Context): { readonly signal: AbortSignal; release(): void } {
  const late = new AbortController();
  const over = new AbortController();
  const onStop = (): void => {
    host.clock.sleep(POST_GRACE_MS, over.signal).then(
      () => late.abort(stop.reason),
      () => undefined,
    );
  };
  if (stop.aborted) late.abort(stop.reason);
  else stop.addEventListener('abort', onStop, { once: true });
  return {
    signal: late.signal,
    release() {
      stop.removeEventListener('abort', onStop);
      over.abort();
    },
  };
}
