/** `optipick events list`. */
import type { Context } from '../../context/context.ts';
import { renderTable, type Column } from '../../output/terminal/table.ts';
import { isTestMessageId } from '../../ids.ts';
import type { Kind } from '../../kinds.ts';
import { openInbox } from '../../context/inbox-services.ts';
import { attemptsOf, lastErrorOf, type InboxSummary } from '../../state/inbox.ts';
import { eventRecord, owedBy } from './deliveries.ts';
import { localDateTime } from '../../lib/text/local-time.ts';

export interface EventListFlags {
  readonly status?: 'pending' | 'done' | 'failed';
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly kind?: Kind;
  readonly limit: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'received' },
  { title: 'status' },
  { title: 'kind' },
  { title: 'request id' },
  { title: 'svix-id', color: 'dim', drop: 3 },
  { title: 'attempts', align: 'right', drop: 4 },
  { title: 'owes', drop: 2 },
  { title: 'last error', drop: 1 },
];

export async function listEvents(context: Context, flags: EventListFlags): Promise<void> {
  const { host, output } = context;
  const { inbox } = await openInbox(context);
  const since = flags.since === undefined ? undefined : host.clock.now() - flags.since;
  const events = await inbox.list({ status: flags.status, kind: flags.kind, limit: flags.limit, since });
  if (output.json) {
    for (const event of events) await output.record(eventRecord(event));
    return;
  }
  if (events.length === 0) {
    await output.note('nothing was received (that fits)');
    return;
  }
  await output.lines(renderTable(COLUMNS, events.map(rowOf), { width: output.width, style: await output.style() }));
  if (events.length === flags.limit) await output.note(`the newest ${flags.limit}; more with --limit`);
}

function rowOf(event: InboxSummary): readonly string[] {
  const { receivedAt, status, kind, requestId, id, steps } = event;
  const owed = owedBy(event).join(', ');
  const kinds = [kind, isTestMessageId(id) ? 'test' : undefined].filter((word) => word !== undefined);
  return [
    localDateTime(receivedAt),
    status,
    kinds.join(', '),
    requestId ?? '',
    id,
    String(attemptsOf(event)),
    owed,
    lastErrorOf(steps) ?? '',
  ];
}
