/** What the commands below `events` share: deliveries found, and shown to machines. */
import { CliError } from '../../errors.ts';
import { isTestMessageId } from '../../ids.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { utf8Text } from '../../lib/bytes/utf8-text.ts';
import { stepLabel } from '../../state/delivery-steps.ts';
import type { Redact } from '../../settings/redaction.ts';
import {
  attemptsOf,
  lastErrorOf,
  type Inbox,
  type InboxEntry,
  type InboxSummary,
  type Step,
  type StepAnswer,
} from '../../state/inbox.ts';

/** The deliveries with this svix-id or about this request, newest first. Throws `CliError` `usage` for none. */
export async function findEvents(inbox: Inbox, id: string): Promise<readonly [InboxEntry, ...InboxEntry[]]> {
  const [first, ...rest] = await inbox.find(id);
  if (first !== undefined) return [first, ...rest];
  throw new CliError('usage', `nothing with the id ${cleanText(id)} was received`, {
    code: 'unknown_event',
    hint: 'see what was: optipick events list',
  });
}

/** One delivery as JSON; with `answers`, each step with the last answer of its target. */
export function eventRecord(
  event: InboxSummary,
  answers?: ReadonlyMap<string, StepAnswer>,
): Readonly<Record<string, unknown>> {
  return {
    v: 1,
    type: 'event',
    id: event.id,
    event: event.event ?? null,
    request_id: event.requestId ?? null,
    kind: event.kind ?? null,
    test: isTestMessageId(event.id),
    status: event.status,
    attempts: attemptsOf(event),
    received_at: new Date(event.receivedAt).toISOString(),
    last_error: lastErrorOf(event.steps) ?? null,
    steps: event.steps.map((step) => ({
      ...stepRecord(step),
      ...(answers === undefined ? {} : { answer: answerRecord(answers.get(step.name)) }),
    })),
  };
}

/** The last answers of the targets of a delivery, by step, without the secrets of this machine, which a target may echo. */
export async function answersOf(
  inbox: Inbox,
  { sequence }: Pick<InboxSummary, 'sequence'>,
  redact: Redact,
): Promise<ReadonlyMap<string, StepAnswer>> {
  const answers = await inbox.answers(sequence);
  // Latin-1 has a character for each byte.
  const struck = (body: Uint8Array): Uint8Array => Buffer.from(redact(Buffer.from(body).toString('latin1')), 'latin1');
  return new Map(
    answers.map((answer) => [
      answer.step,
      {
        ...answer,
        headers: answer.headers.map(([name, value]) => [name, redact(value)] as const),
        body: struck(answer.body),
      },
    ]),
  );
}

/** What a delivery still owes, as people read it. */
export function owedBy({ steps }: Pick<InboxSummary, 'steps'>): readonly string[] {
  return steps.filter(({ state }) => state === 'pending' || state === 'failed').map(({ name }) => stepLabel(name));
}

function stepRecord({ name, state, attempts, nextAttemptAt, lastError }: Step): Readonly<Record<string, unknown>> {
  const next = state === 'pending' ? new Date(nextAttemptAt).toISOString() : null;
  return { step: stepLabel(name), state, attempts, next_attempt_at: next, last_error: lastError ?? null };
}

function answerRecord(answer: StepAnswer | undefined): Readonly<Record<string, unknown>> | null {
  if (answer === undefined) return null;
  const { status, at, headers, body, isCut } = answer;
  const text = utf8Text(body, isCut);
  return {
    status,
    at: new Date(at).toISOString(),
    headers,
    ...(text === undefined ? { body_base64: Buffer.from(body).toString('base64') } : { body: text }),
    truncated: isCut,
  };
}
