/** `optipick events discard`. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { isTestMessageId } from '../../ids.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBelow } from '../../lib/text/wrap.ts';
import { openInbox } from '../../context/inbox-services.ts';
import type { Inbox, InboxSummary } from '../../state/inbox.ts';
import { findEvents, owedBy } from './deliveries.ts';

export interface EventDiscardFlags {
  readonly failed?: boolean;
  readonly pending?: boolean;
  /** Only test webhooks; of both states unless one is given. */
  readonly test?: boolean;
}

export async function discardEvents(context: Context, ids: readonly string[], flags: EventDiscardFlags): Promise<void> {
  const { host, output } = context;
  requireOneSelection(ids, flags);
  const { inbox } = await openInbox(context);
  const deliveries = await findNamed(inbox, ids, flags);
  const owing = deliveries.filter((delivery) => owedBy(delivery).length > 0);
  await inbox.discard(
    owing.map(({ sequence }) => sequence),
    host.clock.now(),
  );
  for (const delivery of owing) {
    const { id, requestId } = delivery;
    const steps = owedBy(delivery);
    if (output.json) await output.record({ v: 1, type: 'discarded', id, request_id: requestId ?? null, steps });
    else await output.lines(wrapBelow(cleanText(id), cleanText(steps.join(', ')), output.width));
  }
  if (owing.length === 0) await output.note('nothing to discard');
}

function requireOneSelection(ids: readonly string[], { failed, pending, test }: EventDiscardFlags): void {
  const byState = failed === true || pending === true || test === true;
  if (ids.length > 0 !== byState) return;
  throw new CliError('usage', byState ? 'ids exclude --failed, --pending and --test' : 'nothing was named to discard', {
    code: byState ? 'conflicting_options' : 'missing_argument',
    hint: 'optipick events discard <id>, or --failed, or --pending, or --test',
  });
}

/** The deliveries with these ids or in these states: each once, in the order of the ids, else of arrival. */
async function findNamed(
  inbox: Inbox,
  ids: readonly string[],
  { failed, pending, test = false }: EventDiscardFlags,
): Promise<readonly InboxSummary[]> {
  const found: InboxSummary[] = [];
  for (const id of ids) found.push(...(await findEvents(inbox, id)));
  const both = test && failed !== true && pending !== true;
  for (const [status, isNamed] of [
    ['failed', failed],
    ['pending', pending],
  ] as const) {
    if (isNamed === true || both) found.push(...(await inbox.list({ status })).toReversed());
  }
  const named = test ? found.filter(({ id }) => isTestMessageId(id)) : found;
  return [...new Map(named.map((each) => [each.sequence, each])).values()];
}
