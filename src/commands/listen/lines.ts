/** The lines of `listen`: results on stdout, everything else on stderr; with `--json` one line for each thing that happens. */
import { createDetailsReader } from '../../answers/reader.ts';
import { AnswerLimitError } from '../../answers/limit.ts';
import type { JobAnswer } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import type { CliError } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import { maskUrlsIn } from '../../lib/net/url-secrets.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { shellWord } from '../../lib/text/shell-words.ts';
import { wrapBehind, wrapText } from '../../lib/text/wrap.ts';
import { KINDS, type Kind } from '../../kinds.ts';
import { renderAnswer } from '../../output/answers/answer-table.ts';
import type { AnswerTableOptions } from '../../output/answers/walking-cost-text.ts';
import {
  arrivalLine,
  callLine,
  detailLines,
  resultLine,
  unfetchedLine,
  type ArrivalLine,
  type LineOptions,
} from '../../output/webhooks/delivery-lines.ts';
import { EXEC } from '../../state/delivery-steps.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import { MAX_ATTEMPTS } from '../../webhooks/inbox/backoff.ts';
import type { AttemptReport } from '../../webhooks/inbox/processor.ts';
import type { Diagnosis } from '../../webhooks/diagnosis/model.ts';
import type { PortRejection } from '../../platform/host.ts';
import type { Rejection } from '../../webhooks/receiver/receiver.ts';
import type { RelayAddresses } from '../../webhooks/relay/address.ts';
import type { ListenPlan } from './flags.ts';
import { programOf } from './exec.ts';
import { isNotVerified, testWithoutRequest, thirdParty } from './messages.ts';
import { localTime } from '../../lib/text/local-time.ts';

export interface ListenCounts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Events that were shown. */
  readonly shown: number;
  /** Left for the next run; `undefined` when the inbox cannot be read. */
  readonly pending: number | undefined;
  /** Requests that could not be recorded; `undefined` without `--record`. */
  readonly notRecorded: number | undefined;
}

export interface ReadyFacts {
  readonly url: string;
  readonly port: number;
  /** The addresses of this listener at a relay. */
  readonly relay?: RelayAddresses | undefined;
  /** The address of a shared state, without its password. */
  readonly sharedPlace?: string | undefined;
  /** With the token that opens it. */
  readonly inspectorUrl?: string | undefined;
  /** For people, on stderr. */
  readonly remarks: readonly string[];
}

/** A request that the receiver rejected, or the port before it. */
export type Rejected = Pick<Rejection, 'id' | 'status' | 'detail' | 'receivedAt' | 'file'> & {
  readonly reason: Rejection['reason'] | PortRejection['reason'];
};

export interface ListenScreen {
  /** Each result as a table, too. */
  verbose: boolean;
}

export interface LineFacts {
  readonly screen: ListenScreen;
  readonly plan: Pick<ListenPlan, 'actions' | 'inbox'>;
}

export type ListenLines = Awaited<ReturnType<typeof createListenLines>>;

const NO_RESULT = 'no result';

/** Every method rejects as the streams do: `ClosedPipeError` when the reader is gone. */
export async function createListenLines(context: Context, { screen, plan: { actions, inbox } }: LineFacts) {
  const { output, host } = context;
  const { json } = output;
  const [style, noteStyle] = [await output.style(), await output.noteStyle()];
  let hasAdvisedRecord = false;

  /** The width is asked for each line: windows change their size. */
  const results = (): LineOptions => ({ width: host.stdout.columns, style });
  const notes = (): LineOptions => ({ width: host.stderr.columns, style: noteStyle });
  const note = (lines: readonly string[]): Promise<void> => output.note(lines.join('\n'));
  const now = (): number => host.clock.now();
  const warn = async (text: string): Promise<void> => {
    const [first = '', ...more] = wrapBehind('warning: ', cleanText(maskUrlsIn(text)), notes().width, 2);
    await note([first.replace('warning:', (word) => noteStyle.yellow(word)), ...more]);
  };

  const showLine = async (event: ListenEvent): Promise<void> => {
    const { answer, delivery, kind } = event;
    if (answer === undefined) {
      const why = whyUnfetched(event);
      const facts = { ...namesOf(delivery, kind), at: now(), why, isFailed: why === NO_RESULT };
      await output.lines([unfetchedLine(facts, results())]);
      return;
    }
    const lines = [resultLine(now(), answer.summary, answer.state === 'failed', results())];
    if (screen.verbose) lines.push('', ...(await answerTable(answer)), '');
    await output.lines(lines);
  };

  const answerTable = async (answer: JobAnswer): Promise<Iterable<string>> => {
    const { kind, requestId, summary } = answer;
    const seeAll = `optipick ${kind} get ${shellWord(host.platform, shownId(requestId))}${kind === 'cluster' ? ' --orders' : ''} --all`;
    return renderAnswer(summary, { ...results(), all: false, seeAll, orders: await ordersOf(answer) });
  };

  const ordersOf = async ({ raw, summary }: JobAnswer): Promise<AnswerTableOptions['orders']> => {
    if (raw === undefined || summary.clusters.length === 0) return undefined;
    const reader = createDetailsReader({ redact: await context.redaction() });
    try {
      reader.push(raw);
    } catch (error) {
      // Too large to be read pick by pick: its table has what fits.
      if (error instanceof AnswerLimitError) return undefined;
      throw error;
    }
    return reader.end()?.clusters.map(({ orderIds }) => orderIds);
  };

  const whyUnfetched = ({ delivery, isTestWithoutRequest }: ListenEvent): string => {
    if (isTestWithoutRequest) return testWithoutRequest(delivery);
    if (delivery.requestId === undefined) return 'no request id';
    return actions.fetch ? NO_RESULT : 'not fetched';
  };

  /** What to run to see why. */
  const verifyAdvice = (file: string | undefined): readonly string[] => {
    if (file !== undefined) return [`optipick verify ${shellWord(host.platform, file)}`];
    if (hasAdvisedRecord || inbox.record !== undefined) return [];
    hasAdvisedRecord = true;
    return ['to check the next one byte by byte: listen with --record <folder>, then: optipick verify <file>'];
  };

  return {
    async ready({ url, port, relay, sharedPlace, inspectorUrl, remarks }: ReadyFacts): Promise<void> {
      const addresses = relay === undefined ? {} : { relay_url: relay.inbox, viewer_url: relay.viewer };
      if (json) {
        await output.record({
          v: 1,
          type: 'ready',
          url,
          port,
          state: sharedPlace,
          inspector_url: inspectorUrl,
          ...addresses,
        });
        // There are no remarks, and of a third party everybody must know.
        if (relay !== undefined && !output.quiet) await warn(thirdParty(relay));
        return;
      }
      const { width } = notes();
      const first = `${noteStyle.green('listening')} on ${noteStyle.bold(url)}`;
      // Never wrapped: it is opened by a click.
      const inspector =
        inspectorUrl === undefined ? [] : [`${noteStyle.green('inspector')} at ${noteStyle.bold(inspectorUrl)}`];
      await note([
        first,
        ...inspector,
        ...remarks.flatMap((remark) => (width === undefined ? [remark] : wrapText(remark, width))),
      ]);
    },
    /** A delivery is stored. For people only: machines get its result. */
    arrived(delivery: Delivery, durationMs: number): Promise<void> {
      const verdict = delivery.verified ? 'verified' : 'not checked';
      const facts = { ...namesOf(delivery, delivery.kind), at: delivery.receivedAt, status: 204 };
      return note([arrivalLine({ ...facts, verdict, durationMs }, notes())]);
    },
    event: (event: ListenEvent): Promise<void> => (json ? output.document(`${event.line()}\n`) : showLine(event)),
    async duplicate(delivery: Delivery, durationMs: number): Promise<void> {
      const { id, requestId, receivedAt } = delivery;
      if (json) {
        const received_at = new Date(receivedAt).toISOString();
        await output.record({ v: 1, type: 'duplicate', id, request_id: requestId ?? null, received_at });
        return;
      }
      const facts = { ...namesOf(delivery, delivery.kind), at: receivedAt, status: 204, durationMs };
      await note([arrivalLine({ ...facts, verdict: 'duplicate' }, notes())]);
    },
    /** `why`: the diagnosis of a delivery that does not verify. */
    async rejected(refusal: Rejected, why: Diagnosis | undefined): Promise<void> {
      const { id, status, reason, detail, receivedAt, file } = refusal;
      if (json) {
        const received_at = new Date(receivedAt).toISOString();
        const found = why === undefined ? {} : { cause: why.cause, explanation: why.explanation };
        const fields = { id: id ?? null, status, reason, detail, ...found, received_at };
        await output.record({ v: 1, type: 'rejected', ...fields });
        return;
      }
      const isExplained = why !== undefined && (why.cause !== 'unknown' || why.evidence['body'] !== undefined);
      const details = [
        isExplained ? why.explanation : detail,
        ...(isExplained ? [why.fix] : []),
        ...(isNotVerified(reason) ? verifyAdvice(file) : []),
      ];
      const facts = { at: receivedAt, event: 'webhook', id, status, durationMs: undefined };
      await note([
        arrivalLine({ ...facts, verdict: 'rejected' }, notes()),
        ...details.filter((text) => text !== '').flatMap((text) => detailLines(text, notes())),
      ]);
    },
    /** A forward or a run of the command has ended. */
    async called({ delivery, step, attempts, status, failure, call, nextAttemptAt }: AttemptReport): Promise<void> {
      if (call === undefined) return;
      const { target, outcome, durationMs } = call;
      const ok = failure === undefined;
      const isCommand = step === EXEC;
      if (json) {
        await output.record({
          v: 1,
          type: isCommand ? 'executed' : 'forwarded',
          id: delivery.id,
          target,
          [isCommand ? 'exit_code' : 'status']: outcome ?? null,
          duration_ms: Math.round(durationMs),
          attempt: attempts,
          ok,
        });
        return;
      }
      const shown = isCommand ? programOf(actions.exec?.command ?? '') : target;
      const facts = { at: now(), verb: isCommand ? 'exec' : 'POST', target: shown, attempt: attempts, isOk: ok };
      const answer = outcome === undefined ? undefined : `${isCommand ? 'exit ' : ''}${outcome}`;
      const lines = [callLine({ ...facts, outcome: answer, durationMs }, notes())];
      // Those in between differ in nothing but their number.
      if (failure !== undefined && (attempts === 1 || status === 'failed')) {
        const reason = failure.error.replace(/^(?:exec|forward \S+): /, '');
        lines.push(...detailLines(`${reason}; ${nextOf(delivery, attempts, nextAttemptAt, now())}`, notes()));
      }
      await note(lines);
    },
    /** An attempt has failed, of which there is no line yet. */
    async failed({ delivery, attempts, failure, nextAttemptAt }: AttemptReport): Promise<void> {
      const text = `${delivery.id}: ${failure?.error ?? ''}; ${nextOf(delivery, attempts, nextAttemptAt, now())}`;
      await warn(text);
    },
    /** What goes on, with the time. */
    remark(text: string): Promise<void> {
      if (json) return output.warn(text);
      return note(wrapBehind(`${localTime(now())}  `, cleanText(text), notes().width));
    },
    warn,
    async trouble({ message, hint }: CliError): Promise<void> {
      const text = `${message}; senders are asked to retry until it works${hint === undefined ? '' : ` (${hint})`}`;
      await warn(text);
    },
    /** This many lines were left out, because nobody read them in time. */
    async more(count: number): Promise<void> {
      if (json) await output.record({ v: 1, type: 'more', count });
      else await note([noteStyle.dim(`${count} more, not printed because these lines were not read in time`)]);
    },
    async reconnecting(reason: string): Promise<void> {
      if (json) await output.record({ v: 1, type: 'reconnecting', reason: cleanText(reason) });
      else
        await note(
          wrapBehind('', `the relay is lost (${cleanText(reason)}); reconnecting`, notes().width).map(noteStyle.yellow),
        );
    },
    async connected(relayUrl: string): Promise<void> {
      if (json) await output.record({ v: 1, type: 'connected', relay_url: relayUrl });
      else await note(wrapBehind('', `connected again: ${relayUrl}`, notes().width));
    },
    async closed({ accepted, duplicates, rejected, shown, pending, notRecorded }: ListenCounts): Promise<void> {
      if (json) {
        const counts = { accepted, duplicates, rejected, shown, pending: pending ?? null };
        const records = notRecorded === undefined ? {} : { not_recorded: notRecorded };
        await output.record({ v: 1, type: 'closed', ...counts, ...records });
        return;
      }
      const left = pending === undefined || pending === 0 ? '' : `; ${pending} left for the next run`;
      const lost = notRecorded === undefined || notRecorded === 0 ? '' : `; ${notRecorded} not recorded`;
      const facts = `${accepted} received, ${duplicates} duplicate, ${rejected} rejected, ${shown} shown`;
      await note(wrapBehind('', `${facts}${left}${lost}`, notes().width));
    },
  };
}

/** What a line says of a delivery. */
function namesOf(
  { event, requestId, id }: Pick<Delivery, 'event' | 'requestId' | 'id'>,
  kind: Kind | undefined,
): Pick<ArrivalLine, 'event' | 'id'> {
  return { event: event ?? (kind === undefined ? 'webhook' : KINDS[kind].event), id: requestId ?? id };
}

/** What becomes of a step whose attempt has failed. */
function nextOf({ id }: Delivery, attempts: number, nextAttemptAt: number | undefined, now: number): string {
  return nextAttemptAt === undefined
    ? `failed after ${attempts} attempts; retry it with: optipick events replay ${id}`
    : `retrying in ${formatDuration(Math.max(0, nextAttemptAt - now))} (attempt ${attempts} of ${MAX_ATTEMPTS})`;
}
