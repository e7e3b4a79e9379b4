/** What the commands below `events` share: deliveries found, and shown to machines. */
import { CliError } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { stepLabel } from '../../state/delivery-steps.ts';
import { lastErrorOf, type Inbox, type InboxEntry, type InboxSummary, type Step } from '../../state/inbox.ts';

/** The deliveries with this svix-id or about this request, newest first. Throws `CliError` `usage` for none. */
export async function findEvents(inbox: Inbox, id: string): Promise<readonly [InboxEntry, ...InboxEntry[]]> {
  const [first, ...rest] = await inbox.find(id);
  if (first !== undefined) return [first, ...rest];
  throw new CliError('usage', `nothing with the id ${cleanText(id)} was received on this machine`, {
    code: 'unknown_event',
    hint: 'see what was: optipick events list',
  });
}

/** One delivery as JSON. */
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

/** The attempts at the step that has the most. */
export function attemptsOf({ steps }: Pick<InboxSummary, 'steps'>): number {
  return Math.max(0, ...steps.map(({ attempts }) => attempts));
}

function stepRecord({ name, state, attempts, nextAttemptAt, lastError }: Step): Readonly<Record<string, unknown>> {
  const next = state === 'pending' ? new Date(nextAttemptAt).toISOString() : null;
  return { step: stepLabel(name), state, attempts, next_attempt_at: next, last_error: lastError ?? null };
}
