/** Polls for one answer and shows progress on stderr. */
import type { JobAnswer, AnswerBytes, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { KIND_NAMES, type Kind } from '../../kinds.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { CliError } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';

export interface PollTarget {
  readonly requestId: string;
  /** `undefined`: both kinds are tried. */
  readonly kind: Kind | undefined;
  /** Submitted from this machine: a 404 then means "not ready yet". */
  readonly knownHere: boolean;
  /** No request has such an id: it is not waited for. Default false. */
  readonly isMissingFinal?: boolean;
}

/** All in milliseconds. */
export interface PollTiming {
  readonly interval?: number;
  readonly maxInterval?: number;
  readonly timeout: number;
  readonly once?: boolean;
}

export interface PollWithProgressOptions extends PollTiming {
  readonly sink: AnswerBytes | undefined;
  /** Default: that of the run. */
  readonly signal?: AbortSignal;
  /** Shared with other polls; default: one for this poll, which then also names the request. */
  readonly progress?: PollProgress | undefined;
  /** Shown once, at the first 404 of an id that this machine does not know. Default: one that names the request. */
  readonly missingNote?: string;
}

export type PollProgress = Awaited<ReturnType<typeof createPollProgress>>;

/** What polls show on stderr; several may share one. */
export async function createPollProgress({ host, output, options }: Context) {
  const { createProgress } = await import('../../context/api-services.ts');
  const progress = createProgress({
    terminal: host.terminal,
    stderr: host.stderr,
    clock: host.clock,
    isTTY: host.stderr.isTTY && options.input !== false,
    quiet: output.quiet || output.json,
    ci: (host.env['CI'] ?? '') !== '',
  });
  const warned = new Set<string>();
  let noted = false;
  // A failed write on stderr must not end the poll: the next write of the result reports it.
  const ignoreClosed = (): undefined => undefined;
  return {
    show: (text: string): void => void progress.show(text).then(() => progress.tick(), ignoreClosed),
    /** Shows each warning once. Never rejects. */
    async warn(text: string): Promise<void> {
      if (warned.has(text)) return;
      warned.add(text);
      await output.warn(text).catch(ignoreClosed);
    },
    /** A remark of which more do not help. Never rejects. */
    async note(text: string): Promise<void> {
      if (noted) return;
      noted = true;
      await output.note(`note: ${text}`).catch(ignoreClosed);
    },
    stop: () => progress.stop(),
  };
}

/** Polls until the answer is available. Failures: see `pollAnswer`; the reason of the signal is thrown unchanged. */
export async function pollWithProgress(
  context: Context,
  client: OptipickClient,
  { requestId, kind, knownHere, isMissingFinal }: PollTarget,
  options: PollWithProgressOptions,
): Promise<JobAnswer> {
  const { host } = context;
  const { pollAnswer } = await import('../../context/api-services.ts');
  const progress = options.progress ?? (await createPollProgress(context));
  const own = options.progress === undefined;
  let hadTrouble = false;
  try {
    return await pollAnswer(client, kind === undefined ? KIND_NAMES : [kind], requestId, {
      intervalMs: options.interval ?? 1000,
      maxIntervalMs: options.maxInterval ?? 10_000,
      deadline: host.clock.monotonic() + options.timeout,
      once: options.once ?? false,
      knownHere,
      isMissingFinal,
      clock: options.once === true ? host.clock : await clockOf(context, requestId),
      random: () => host.random(),
      signal: options.signal ?? context.stop,
      sink: options.sink,
      onEvent: (event) => {
        switch (event.type) {
          case 'pending':
          case 'missing':
            if (event.type === 'missing' && !knownHere) {
              void progress.note(options.missingNote ?? `${shownId(requestId)} ${NOT_KNOWN}`);
            }
            if (own) progress.show(waitingFor(requestId, event.type === 'pending' ? event.word : undefined));
            break;
          case 'unavailable':
            // One line is enough: what counts is how it ends.
            if (!hadTrouble) void progress.warn(`${event.error.message}; trying on`);
            hadTrouble = true;
            break;
          case 'unknown_word':
            void progress.warn(
              `the API calls the job "${cleanText(event.word)}", which is not documented; taken for not finished`,
            );
            break;
        }
      },
    });
  } finally {
    if (own) await progress.stop();
  }
}

/** The clock that a webhook can wake; the machine's own where the state cannot be opened, which was reported on first use. */
async function clockOf(context: Context, requestId: string): Promise<Pick<Clock, 'monotonic' | 'sleep'>> {
  const { createArrivalClock } = await import('../../context/api-services.ts');
  try {
    return await createArrivalClock(context.host.clock, await context.arrivals(), requestId);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return context.host.clock;
  }
}

const NOT_KNOWN =
  'was not submitted from this machine, and the API does not know it (404): waiting, for it may not be ready yet';

function waitingFor(requestId: string, word: string | undefined): string {
  return `waiting for ${shownId(requestId)}${word === undefined ? '' : ` (${cleanText(word)})`}`;
}
