/** `optipick events list`. */
import type { Context } from '../../context.ts';
import { renderTable, type Column } from '../../output/table.ts';
import { openInbox } from '../../receiving.ts';
import type { InboxSummary } from '../../webhook/inbox.ts';
import type { EventListFlags } from './events.ts';

const COLUMNS: readonly Column[] = [
  { title: 'received' },
  { title: 'status' },
  { title: 'kind' },
  { title: 'request id' },
  { title: 'svix-id', colour: 'dim', drop: 2 },
  { title: 'attempts', align: 'right', drop: 3 },
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

/** One delivery for machines. */
export function eventRecord(event: InboxSummary): Readonly<Record<string, unknown>> {
  return {
    v: 1,
    id: event.id,
    event: event.event ?? null,
    request_id: event.requestId ?? null,
    kind: event.kind ?? null,
    status: event.status,
    attempts: event.attempts,
    received_at: new Date(event.receivedAt).toISOString(),
    last_error: event.lastError ?? null,
  };
}

function rowOf({ receivedAt, status, kind, requestId, id, attempts, lastError }: InboxSummary): readonly string[] {
  const received = new Date(receivedAt).toISOString().replace('T', ' ').slice(0, 19);
  return [`${received}Z`, status, kind ?? '', requestId ?? '', id, String(attempts), lastError ?? ''];
}
