/** `optipick events show`. */
import type { Context } from '../../context/context.ts';
import { isTestMessageId } from '../../ids.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import { openInbox } from '../../context/inbox-services.ts';
import { payloadOf } from '../../webhooks/body-codings.ts';
import { jsonTextOf } from '../../webhooks/read-payload.ts';
import { stepLabel } from '../../state/delivery-steps.ts';
import { headersOf, isPublicHeader } from '../../webhooks/forward-headers.ts';
import type { InboxEntry, Step, StepAnswer } from '../../state/inbox.ts';
import { utf8Text } from '../../lib/bytes/utf8-text.ts';
import { answersOf, eventRecord, findEvents } from './deliveries.ts';
import { localDateTime } from '../../lib/text/local-time.ts';

export interface EventShowFlags {
  readonly raw?: boolean;
}

export async function showEvent(context: Context, id: string, { raw }: EventShowFlags): Promise<void> {
  const { output } = context;
  const { inbox } = await openInbox(context);
  const [entry, ...others] = await findEvents(inbox, id);
  if (others.length > 0) {
    await output.note(`there are ${others.length} older ones: ${others.map((each) => cleanText(each.id)).join(', ')}`);
  }
  if (raw === true) {
    await output.write(entry.body);
    return;
  }
  const answers = await answersOf(inbox, entry, await context.redaction());
  if (output.json) await output.document(jsonOf(entry, answers));
  else await output.lines(linesOf(entry, answers, output.width));
}

type Answers = ReadonlyMap<string, StepAnswer>;

function jsonOf(entry: InboxEntry, answers: Answers): Uint8Array {
  const bytes = payloadOf(headersOf(entry.headers), entry.body);
  const isJson = jsonTextOf(bytes) !== undefined;
  const fields = {
    ...eventRecord(entry, answers),
    verified: entry.verified,
    headers: publicHeaders(entry),
    ...(isJson ? {} : { payload_base64: Buffer.from(bytes).toString('base64') }),
  };
  return jsonLine(fields, { payload: isJson ? bytes : null });
}

function* linesOf(entry: InboxEntry, answers: Answers, width: number | undefined): Generator<string, void> {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['svix-id', entry.id],
    ['test', isTestMessageId(entry.id) ? 'sent by "optipick trigger"' : undefined],
    ['request id', entry.requestId],
    ['event', entry.event],
    ['kind', entry.kind],
    ['received', localDateTime(entry.receivedAt)],
    ['signature', entry.verified ? 'verified' : 'not checked'],
    ['status', entry.status],
  ];
  for (const [name, text] of facts) if (text !== undefined) yield `${name.padEnd(10)}  ${cleanText(text)}`;
  yield '';
  for (const step of entry.steps) {
    yield* wrapBehind('', stepLine(step), width, 2);
    const answer = answers.get(step.name);
    if (answer !== undefined) yield* answerLines(answer);
  }
  yield '';
  for (const [name, value] of publicHeaders(entry)) yield cleanText(`${name}: ${value}`);
  yield '';
  const text = jsonTextOf(payloadOf(headersOf(entry.headers), entry.body));
  yield text === undefined
    ? `${entry.body.byteLength} bytes that are not JSON; --raw writes them`
    : cleanText(text, { multiline: true });
}

/** `exec: pending after 3 attempts, next at 2026-01-31 12:00:00: exec: the command ended with 1` */
function stepLine({ name, state, attempts, nextAttemptAt, lastError }: Step): string {
  const tried = attempts === 0 ? '' : ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  const next = state === 'pending' && attempts > 0 ? `, next at ${localDateTime(nextAttemptAt)}` : '';
  const error = state === 'done' || lastError === undefined ? '' : ` (${lastError})`;
  return cleanText(`${stepLabel(name)}: ${state}${tried}${next}${error}`);
}

/** What the target answered last, indented below its step. */
function* answerLines({ status, at, headers, body, isCut }: StepAnswer): Generator<string, void> {
  yield `  answered ${status} at ${localDateTime(at)}`;
  for (const [name, value] of headers) yield cleanText(`  ${name}: ${value}`);
  if (body.byteLength === 0) return;
  const text = utf8Text(body, isCut);
  const lines = text === undefined ? [`${body.byteLength} bytes that are not text`] : text.trimEnd().split(/\r?\n/);
  yield '';
  for (const line of lines) yield cleanText(`  ${line}`);
  if (isCut) yield `  (the first ${body.byteLength} bytes)`;
  yield '';
}

function publicHeaders({ headers }: InboxEntry): InboxEntry['headers'] {
  return headers.filter(([name]) => isPublicHeader(name));
}
