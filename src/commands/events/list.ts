/** `optipick events list`. */
import type { Context } from '../../app/context.ts';
import { renderTable, type Column } from '../../output/terminal/table.ts';
import { openInbox } from '../../app/inbox-services.ts';
import { stepLabel } from '../../state/delivery-steps.ts';
import { lastErrorOf, type InboxSummary, type Step } from '../../state/inbox.ts';
import type { EventListFlags } from './flags.ts';

const COLUMNS: readonly Column[] = [
  { title: 'received' },
  { title: 'status' },
  { title: 'kind' },
  { title: 'request id' },
  { title: 'svix-id', colour: 'dim', drop: 3 },
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

/** One delivery for machines. */
export function eventRecord(event: InboxSummary): Readonly<Record<string, unknown>> {
  return {
    v: 1,
    type: 'event',
    id: event.id,
    event: event.event ?? null,
    request_id: event.requestId ?? null,
    kind: event.kind ?? null,
    status: event.status,
    attempts: attemptsOf(event),
    received_at: new Date(event.receivedAt).toISOString(),
    last_error: lastErrorOf(event.steps) ?? null,
    steps: event.steps.map(stepRecord),
  };
}

/** What a delivery still owes, as people read it. */
export function owedBy({ steps }: Pick<InboxSummary, 'steps'>): readonly string[] {
  return steps.filter(({ state }) => state === 'pending' || state === 'failed').map(({ name }) => stepLabel(name));
}

/** Of the step with the most. */
export function attemptsOf({ steps }: Pick<InboxSummary, 'steps'>): number {
  return Math.max(0, ...steps.map(({ attempts }) => attempts));
}

function stepRecord({ name, state, attempts, nextAttemptAt, lastError }: Step): Readonly<Record<string, unknown>> {
  const next = state === 'pending' ? new Date(nextAttemptAt).toISOString() : null;
  return { step: stepLabel(name), state, attempts, next_attempt_at: next, last_error: lastError ?? null };
}

function rowOf(event: InboxSummary): readonly string[] {
  const { receivedAt, status, kind, requestId, id, steps } = event;
  const received = new Date(receivedAt).toISOString().replace('T', ' ').slice(0, 19);
  const owed = owedBy(event).join(', ');
  return [
    `${received}Z`,
    status,
    kind ?? '',
    requestId ?? '',
    id,
    String(attemptsOf(event)),
    owed,
    lastErrorOf(steps) ?? '',
  ];
}
