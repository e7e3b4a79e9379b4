/** The time that a POST on its way gets when the command is stopped. */
import type { Context } from '../../context/context.ts';

/** Long enough to learn the id; in milliseconds. */
const POST_GRACE_MS = 2000;

/** A signal that follows `stop` {@link POST_GRACE_MS} later. */
export function shutdownGrace({ stop, host }: Context): { readonly signal: AbortSignal; release(): void } {
  const late = new AbortController();
  const released = new AbortController();
  const onStop = (): void => {
    host.clock.sleep(POST_GRACE_MS, released.signal).then(
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
      released.abort();
    },
  };
}
