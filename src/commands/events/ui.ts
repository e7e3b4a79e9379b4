/** `optipick events ui`. */
import type { Context } from '../../context/context.ts';
import { openInbox } from '../../context/inbox-services.ts';
import { CliError } from '../../errors.ts';
import { openInspector, type OpenInspector } from '../shared/inspector/open.ts';

export interface EventUiFlags {
  /** `undefined`: the usual one, or the next that is free. */
  readonly port?: number;
}

/** Runs until somebody stops it. Rejects with the reason of a signal. */
export async function showInspector(context: Context, { port }: EventUiFlags): Promise<void> {
  const { output } = context;
  const { inbox, baseUrl, rejections } = await openInbox(context);
  const shared = await context.sharedState();
  const inspector = await openInspector(context, {
    port,
    portFlag: '--port',
    inbox,
    baseUrl,
    rejections,
    about: shared === undefined ? [] : [['state', shared.place]],
    listener: undefined,
  });
  try {
    if (output.json) await output.record({ v: 1, type: 'ready', inspector_url: inspector.url });
    else await output.lines([`inspector at ${inspector.url}`]);
    await ended(context, inspector);
  } finally {
    await inspector.close();
  }
}

/** Until a signal, or `q` on a terminal; there `o` opens the page. */
async function ended({ host, stop, output, interactive }: Context, inspector: OpenInspector): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onStop = (): void => reject(stop.reason as Error);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const open = (): void => {
    inspector.open().catch((error: unknown) => {
      if (error instanceof CliError) output.warn(error.message).catch(reject);
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  };
  const actions: Readonly<Record<string, () => void>> = { o: open, q: resolve };
  const endKeys = interactive
    ? await host.terminal.keys({
        key: (key) => actions[key.toLowerCase()]?.(),
        suspend: () => Promise.resolve(),
        resume: () => undefined,
      })
    : undefined;
  try {
    if (endKeys !== undefined) await output.note('o open · q quit');
    await promise;
  } finally {
    endKeys?.();
    stop.removeEventListener('abort', onStop);
  }
}
