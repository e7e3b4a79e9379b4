/** `optipick events replay`. */
import type { Context } from '../../context/context.ts';
import { forwardStep } from '../../state/delivery-steps.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { CliError, worstFailure, type Failure } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBelow } from '../../lib/text/wrap.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import { openInbox, type OpenedInbox } from '../../context/inbox-services.ts';
import { forwardDelivery } from '../../webhooks/inbox/forward.ts';
import type { InboxEntry } from '../../state/inbox.ts';
import {
  deliveryOf,
  isRecordName,
  readRecordedFile,
  recordVerifier,
  acceptRecorded,
  type RecordedFile,
} from './recorded-files.ts';
import { findEvents } from './deliveries.ts';
import { replayHere, type ReplayResult } from './replay-here.ts';
import { needsListener, replayAccepted, replayInListener } from './replay-in-listener.ts';
import { forwardTarget } from '../shared/forward-target.ts';

export interface EventReplayFlags {
  readonly failed?: boolean;
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly pending?: boolean;
  readonly forwardTo?: string;
  readonly secretFile?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Replays and reports each. Throws the worst failure at the end. */
export async function replayEvents(context: Context, ids: readonly string[], flags: EventReplayFlags): Promise<void> {
  requireOneSelection(ids, flags);
  if (flags.pending === true) {
    await replayPending(context);
    return;
  }
  const target = flags.forwardTo === undefined ? undefined : forwardTarget(flags.forwardTo);
  // All are read before anything is done: a bad last file must not leave half of the work done.
  const files: RecordedFile[] = [];
  for (const name of ids.filter(isRecordName)) files.push(await readRecordedFile(context, name));
  const verifier =
    files.length === 0 || target !== undefined ? undefined : await recordVerifier(context, flags.secretFile);
  const opened = await openInbox(context);
  const entries = await findNamed(
    context,
    opened,
    ids.filter((id) => !isRecordName(id)),
    flags,
  );
  const count = entries.length + files.length;
  if (count === 0) {
    await context.output.note('nothing to replay');
    return;
  }
  const failures: Failure[] = [];
  const report = async (entry: Pick<InboxEntry, 'id' | 'requestId'>, result: ReplayResult): Promise<void> => {
    if (result.failure !== undefined) failures.push(result.failure);
    await print(context, entry, result);
  };

  const forListener: InboxEntry[] = [];
  const fresh: InboxEntry[] = [];
  for (const file of files) {
    context.stop.throwIfAborted();
    const delivery = deliveryOf(file, context.host.clock.now());
    if (target !== undefined) await report(delivery, await forward(context, opened, delivery, target));
    if (verifier === undefined) continue;
    const accepted = await acceptRecorded(context, opened, file, verifier);
    if ('rejected' in accepted) await report(delivery, accepted.rejected);
    // Several files may hold attempts at one message.
    else if (![...fresh, ...entries].some(({ sequence }) => sequence === accepted.entry.sequence)) {
      (accepted.isNew ? fresh : entries).push(accepted.entry);
    }
  }
  await replayAccepted(context, opened, fresh, flags.timeout, report);
  for (const entry of entries) {
    context.stop.throwIfAborted();
    if (target !== undefined) await report(entry, await forward(context, opened, entry, target));
    else if (needsListener(entry)) forListener.push(entry);
    else await report(entry, await replayHere(context, opened, entry));
  }
  if (forListener.length > 0) await replayInListener(context, opened, forListener, flags.timeout, report);

  const worst = worstFailure(failures);
  if (worst === undefined) return;
  throw new CliError(worst, `${failures.length} of ${count} could not be replayed`, {
    code: 'replay_failed',
    ...(worst === 'pending'
      ? { hint: 'a listener that has what they owe does it: optipick events show <id>, then optipick listen' }
      : {}),
  });
}

/** Makes due what waits for its next attempt: listeners do it. */
async function replayPending(context: Context): Promise<void> {
  const { host, output } = context;
  const { inbox, baseUrl } = await openInbox(context);
  const deliveries = (await inbox.list({ status: 'pending' })).filter(({ scope }) => scope === baseUrl).toReversed();
  const pending = deliveries.flatMap(({ steps }) => steps.filter(({ state }) => state === 'pending'));
  await inbox.expedite([...new Set(pending.map(({ name }) => name))], host.clock.now());
  for (const delivery of deliveries) await print(context, delivery, { outcome: 'due' });
  if (deliveries.length === 0) await output.note('nothing to replay');
}

function requireOneSelection(ids: readonly string[], flags: EventReplayFlags): void {
  const { failed, since, pending, forwardTo, secretFile } = flags;
  if (pending === true) {
    const others = [
      ids.length > 0,
      failed === true,
      since !== undefined,
      forwardTo !== undefined,
      secretFile !== undefined,
    ];
    if (!others.includes(true)) return;
    throw new CliError('usage', '--pending takes no ids, and no other option of what to replay and how', {
      code: 'conflicting_options',
      hint: 'optipick events replay --pending',
    });
  }
  const byFilter = failed === true || since !== undefined;
  if (ids.length > 0 && !byFilter) return;
  if (ids.length === 0 && byFilter) return;
  throw new CliError(
    'usage',
    ids.length === 0 ? 'replay needs ids, files, --failed, --since or --pending' : 'ids exclude --failed and --since',
    {
      code: ids.length === 0 ? 'missing_argument' : 'conflicting_options',
      hint: 'optipick events replay <id>, or optipick events replay --failed --since 1d',
    },
  );
}

/** The deliveries with these ids, or those of the filter in the order of arrival; each once. */
async function findNamed(
  { host }: Context,
  { inbox }: OpenedInbox,
  ids: readonly string[],
  { failed, since }: EventReplayFlags,
): Promise<InboxEntry[]> {
  const entries = new Map<number, InboxEntry>();
  if (failed !== true && since === undefined) {
    for (const id of ids) {
      const [entry] = await findEvents(inbox, id);
      entries.set(entry.sequence, entry);
    }
    return [...entries.values()];
  }
  const summaries = await inbox.list({
    status: failed === true ? 'failed' : undefined,
    since: since === undefined ? undefined : host.clock.now() - since,
  });
  for (const { id, sequence } of summaries.toReversed()) {
    const entry = (await inbox.find(id)).find((each) => each.sequence === sequence);
    if (entry !== undefined) entries.set(sequence, entry);
  }
  return [...entries.values()];
}

/** Where the delivery owes a forward to this target, that step is done; its other steps stay as they are. */
async function forward(
  { host, stop }: Context,
  { inbox, owner }: OpenedInbox,
  entry: Pick<InboxEntry, 'headers' | 'body'> & Partial<Pick<InboxEntry, 'sequence' | 'id'>>,
  url: string,
): Promise<ReplayResult> {
  const result = await forwardDelivery(await host.http(), url, entry, stop);
  if (!result.ok) {
    const failure = result.answer === undefined ? 'unavailable' : 'failed';
    return { outcome: 'failed', error: `${maskUrl(url)}: ${result.error}`, failure };
  }
  const { sequence, id } = entry;
  if (sequence !== undefined && id !== undefined) {
    const [key, now] = [{ sequence, id, step: forwardStep(url) }, host.clock.now()];
    const [claim] = await inbox.retake([key.sequence], key.step, owner, now);
    if (claim !== undefined) await inbox.settle(key, owner, { status: 'done', at: now, answer: result.answer });
  }
  return { outcome: 'forwarded', detail: `${maskUrl(url)} answered ${result.answer.status}` };
}

async function print(
  { output }: Context,
  { id, requestId }: Pick<InboxEntry, 'id' | 'requestId'>,
  { outcome, error, detail, line, result }: ReplayResult,
): Promise<void> {
  if (output.json) {
    const facts = { v: 1, type: 'result', id, request_id: requestId ?? null, outcome, error: error ?? null };
    await output.document(jsonLine(facts, { result: result ?? null }));
    return;
  }
  const head = `${cleanText(id)}  ${outcome}`;
  const text = cleanText(error ?? detail ?? line ?? '');
  await output.lines(text === '' ? [head] : wrapBelow(head, text, output.width));
}
