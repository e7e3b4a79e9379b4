/** The lines of `listen`: results on stdout, everything else on stderr; with `--json` one line for each thing that happens. */
import type { Context } from '../../context/context.ts';
import type { CliError } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { renderAnswer, renderAnswerLine } from '../../output/answers/answer-table.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import type { AttemptReport } from '../../webhooks/inbox/processor.ts';
import type { Diagnosis } from '../../webhooks/diagnosis/model.ts';
import type { PortRejection } from '../../platform/host.ts';
import type { Rejection } from '../../webhooks/receiver/receiver.ts';
import type { RelayAddresses } from '../../webhooks/relay/address.ts';
import type { ListenPlan } from './flags.ts';
import { testWithoutRequest, thirdParty } from './messages.ts';

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
  /** For people, on stderr. */
  readonly remarks: readonly string[];
}

/** A request that the receiver rejected, or the port before it. */
export type Rejected = Pick<Rejection, 'id' | 'status' | 'detail' | 'receivedAt'> & {
  readonly reason: Rejection['reason'] | PortRejection['reason'];
};

export type ListenLines = Awaited<ReturnType<typeof createListenLines>>;

/** Every method rejects as the streams do: `ClosedPipeError` when the reader is gone. */
export async function createListenLines({ output, host }: Context, { verbose }: ListenPlan['screen']) {
  const { json } = output;
  const [style, noteStyle] = [await output.style(), await output.noteStyle()];

  const showLine = async (event: ListenEvent): Promise<void> => {
    const time = style.dim(timeOf(event.delivery.receivedAt));
    const { answer } = event;
    const text = answer === undefined ? unfetchedLine(event) : renderAnswerLine(answer.kind, answer.summary);
    const lines = [`${time}  ${answer?.state === 'failed' ? style.red(text) : text}`];
    if (verbose && answer !== undefined) {
      lines.push('', ...renderAnswer(answer.summary, { width: output.width, style, all: false }), '');
    }
    await output.lines(lines);
  };

  return {
    async ready({ url, port, relay, remarks }: ReadyFacts): Promise<void> {
      const addresses = relay === undefined ? {} : { relay_url: relay.inbox, viewer_url: relay.viewer };
      if (json) {
        await output.record({ v: 1, type: 'ready', url, port, ...addresses });
        // There are no remarks, and of a third party everybody must know.
        if (relay !== undefined && !output.quiet) await output.warn(thirdParty(relay).join(' '));
      } else await output.note([`${noteStyle.green('listening')} on ${noteStyle.bold(url)}`, ...remarks].join('\n'));
    },
    event: (event: ListenEvent): Promise<void> => (json ? output.document(`${event.line()}\n`) : showLine(event)),
    async duplicate({ id, requestId, receivedAt }: Delivery): Promise<void> {
      if (json) {
        const received_at = new Date(receivedAt).toISOString();
        await output.record({ v: 1, type: 'duplicate', id, request_id: requestId ?? null, received_at });
      } else {
        await output.note(noteStyle.dim(`${timeOf(receivedAt)}  duplicate of ${cleanText(id)}, which is here already`));
      }
    },
    /** `why`: the diagnosis of a delivery that does not verify. */
    async rejected(refusal: Rejected, why: Diagnosis | undefined): Promise<void> {
      const { id, status, reason, detail, receivedAt } = refusal;
      if (json) {
        const received_at = new Date(receivedAt).toISOString();
        const found = why === undefined ? {} : { cause: why.cause, explanation: why.explanation };
        const fields = { id: id ?? null, status, reason, detail, ...found, received_at };
        await output.record({ v: 1, type: 'rejected', ...fields });
      } else {
        const who = id === undefined ? 'a request without an id' : cleanText(id);
        const text = `rejected ${who} (${status}): ${cleanText(detail)}`;
        await output.note(`${timeOf(receivedAt)}  ${noteStyle.yellow(text)}`);
        if (why === undefined || (why.cause === 'unknown' && why.evidence['body'] === undefined)) return;
        await output.note(`          ${cleanText(why.explanation)}`);
        await output.note(`          ${noteStyle.dim(why.fix.split('\n', 1)[0] ?? '')}`);
      }
    },
    async attempted({ delivery, attempts, status, failure, nextAttemptAt }: AttemptReport): Promise<void> {
      if (failure === undefined || status === 'lost') return;
      const next =
        nextAttemptAt === undefined
          ? `failed after ${attempts} attempts; retry it with: optipick events replay ${delivery.id}`
          : `retrying in ${formatDuration(Math.max(0, nextAttemptAt - host.clock.now()))}`;
      await output.warn(`${delivery.id}: ${failure.error}; ${next}`);
    },
    async trouble({ message, hint }: CliError): Promise<void> {
      const text = `${message}; senders are told to come again until it works${hint === undefined ? '' : ` (${hint})`}`;
      await output.warn(text);
    },
    /** This many lines were left out, because nobody read them in time. */
    async more(count: number): Promise<void> {
      if (json) await output.record({ v: 1, type: 'more', count });
      else await output.note(noteStyle.dim(`${count} more, not printed because these lines were not read in time`));
    },
    async reconnecting(reason: string): Promise<void> {
      if (json) await output.record({ v: 1, type: 'reconnecting', reason: cleanText(reason) });
      else await output.note(noteStyle.yellow(`the relay is lost (${cleanText(reason)}); reconnecting`));
    },
    async connected(relayUrl: string): Promise<void> {
      if (json) await output.record({ v: 1, type: 'connected', relay_url: relayUrl });
      else await output.note(`connected again: ${relayUrl}`);
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
      await output.note(`${facts}${left}${lost}`);
    },
  };
}

function unfetchedLine({ delivery, kind, isTestWithoutRequest }: ListenEvent): string {
  const { event, requestId, id } = delivery;
  const words = [event ?? kind ?? 'event', requestId ?? `${id} (no request id)`];
  if (isTestWithoutRequest) words.push(testWithoutRequest(delivery));
  return words.map((word) => cleanText(word)).join('  ');
}

/** `14:03:59`, of the zone of this machine. */
function timeOf(receivedAt: number): string {
  const time = new Date(receivedAt);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
