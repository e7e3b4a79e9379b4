/** `optipick state prune`. */
import type { Context } from '../../context/context.ts';
import { findInbox } from '../../context/inbox-services.ts';
import { counted } from '../../lib/text/numbers.ts';

/** Deletes in pieces, so that no delivery that arrives meanwhile has to wait. */
export async function pruneState(context: Context): Promise<void> {
  const { host, output, stop } = context;
  const inbox = await findInbox(context);
  const prunePiece = async (): Promise<number> => {
    stop.throwIfAborted();
    return (await inbox?.prune(host.clock.now())) ?? 0;
  };
  let deleted = 0;
  for (let piece = await prunePiece(); piece > 0; piece = await prunePiece()) deleted += piece;
  if (output.json) await output.record({ v: 1, deleted });
  else if (deleted > 0) await output.note(`deleted ${counted(deleted, 'delivery', 'deliveries')}`);
  else await output.note('nothing to delete: what owes nothing is stored for 30 days, longer while nothing arrives');
}
