/** `optipick events replay`. */
import type { Context } from '../../app/context.ts';
import { forwardStep } from '../../state/delivery-steps.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { CliError, worstFailure, type Failure } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import { openInbox, type OpenedInbox } from '../../app/inbox-services.ts';
import { forwardDelivery } from '../../webhooks/inbox/forward.ts';
import type { InboxEntry } from '../../state/inbox.ts';
import { deliveryOf, isRecordName, readRecordedFile, recordVerifier, takeIn, type RecordedFile } from './files.ts';
import { needsListener, repeatFresh, repeatHere, repeatInListener, type Repeated } from './repeat.ts';
import { findEvents } from './show.ts';
import type { EventReplayFlags } from './flags.ts';
import { forwardTarget } from '../shared/forward-target.ts';

/** Throws the failure that speaks for all, after telling what happened to each. */
export async function replayEvents(context: Context, ids: readonly string[], flags: EventReplayFlags): Promise<void> {
  refuseContradictions(ids, flags);
  const target = flags.forwardTo === undefined ? undefined : forwardTarget(flags.forwardTo);
  // All are read before anything is done: a slip in the last one must not leave half of the work done.
  const files: RecordedFile[] = [];
  for (const name of ids.filter(isRecordName)) files.push(await readRecordedFile(context, name));
  const verifier =
    files.length === 0 || target !== undefined ? undefined : await recordVerifier(context, flags.secretFile);
  const opened = await openInbox(context);
  const entries = await chosen(
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
  const told = async (entry: Told, repeated: Repeated): Promise<void> => {
    if (repeated.failure !== undefined) failures.push(repeated.failure);
    await tell(context, entry, repeated);
  };

  const forListener: InboxEntry[] = [];
  const fresh: InboxEntry[] = [];
  for (const file of files) {
    context.stop.throwIfAborted();
    const delivery = deliveryOf(file, context.host.clock.now());
    if (target !== undefined) await told(delivery, await forward(context, opened, delivery, target));
    if (verifier === undefined) continue;
    const taken = await takeIn(context, opened, file, verifier);
    if ('refused' in taken) await told(delivery, taken.refused);
    // Several files may hold attempts at one message.
    else if (![...fresh, ...entries].some(({ sequence }) => sequence === taken.entry.sequence)) {
      (taken.isNew ? fresh : entries).push(taken.entry);
    }
  }
  await repeatFresh(context, opened, fresh, flags.timeout, told);
  for (const entry of entries) {
    context.stop.throwIfAborted();
    if (target !== undefined) await told(entry, await forward(context, opened, entry, target));
    else if (needsListener(entry)) forListener.push(entry);
    else await told(entry, await repeatHere(context, opened, entry));
  }
  if (forListener.length > 0) await repeatInListener(context, opened, forListener, flags.timeout, told);

  const worst = worstFailure(failures);
  if (worst === undefined) return;
  throw new CliError(worst, `${failures.length} of ${count} could not be replayed`, {
    code: 'replay_failed',
    ...(worst === 'pending'
      ? { hint: 'a listener that has what they owe does it: optipick events show <id>, then optipick listen' }
      : {}),
  });
}

/** What a line names. */
type Told = Pick<InboxEntry, 'id' | 'requestId'>;

function refuseContradictions(ids: readonly string[], { failed, since }: EventReplayFlags): void {
  const byFilter = failed === true || since !== undefined;
  if (ids.length > 0 && !byFilter) return;
  if (ids.length === 0 && byFilter) return;
  throw new CliError(
    'usage',
    ids.length === 0 ? 'replay needs ids, files, --failed or --since' : 'ids exclude --failed and --since',
    {
      code: ids.length === 0 ? 'missing_argument' : 'conflicting_options',
      hint: 'optipick events replay <id>, or optipick events replay --failed --since 1d',
    },
  );
}

/** In the order of arrival for a filter, else as they are named; each once. */
async function chosen(
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

/** Where the delivery owes it to this target, that is done now; what else it owes is not touched. */
async function forward(
  { host, stop }: Context,
  { inbox, owner }: OpenedInbox,
  entry: Pick<InboxEntry, 'headers' | 'body'> & Partial<Pick<InboxEntry, 'sequence' | 'id'>>,
  url: string,
): Promise<Repeated> {
  const result = await forwardDelivery(await host.http(), url, entry, stop);
  if (!result.ok) {
    const failure = result.status === undefined ? 'unavailable' : 'failed';
    return { outcome: 'failed', error: `${maskUrl(url)}: ${result.error}`, failure };
  }
  const { sequence, id } = entry;
  if (sequence !== undefined && id !== undefined) {
    const [key, now] = [{ sequence, id, step: forwardStep(url) }, host.clock.now()];
    const [claim] = await inbox.retake([key.sequence], key.step, owner, now);
    if (claim !== undefined) await inbox.settle(key, owner, { status: 'done', at: now });
  }
  return { outcome: 'forwarded', detail: `${maskUrl(url)} answered ${result.status}` };
}

async function tell({ output }: Context, { id, requestId }: Told, repeated: Repeated): Promise<void> {
  const { outcome, error, detail, line, result } = repeated;
  if (output.json) {
    const facts = { v: 1, type: 'result', id, request_id: requestId ?? null, outcome, error: error ?? null };
    await output.document(jsonLine(facts, { result: result ?? null }));
    return;
  }
  const words = [id, outcome, error ?? detail ?? line].filter((word) => word !== undefined);
  await output.lines([words.map((word) => cleanText(word)).join('  ')]);
}
