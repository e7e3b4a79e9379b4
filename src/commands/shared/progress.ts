/** Waiting for one answer, with progress on stderr. */
import type { Answer, AnswerBytes, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../app/context.ts';
import { KIND_NAMES, type Kind } from '../../kinds.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { CliError } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';

/** What is waited for. */
export interface Target {
  readonly requestId: string;
  /** `undefined`: both kinds are tried. */
  readonly kind: Kind | undefined;
  /** Submitted from this machine: then a 404 means "not there yet". */
  readonly knownHere: boolean;
}

export interface WaitOptions {
  /** All in milliseconds. */
  readonly interval?: number;
  readonly maxInterval?: number;
  readonly timeout: number;
  readonly once?: boolean;
  readonly sink?: AnswerBytes | undefined;
}

/** What a wait shows of itself; several waits may share one. */
export interface Watch {
  progress(text: string): void;
  /** A warning, shown once for each text. Never rejects. */
  warn(text: string): Promise<void>;
  end(): Promise<void>;
}

export async function createWatch({ host, output, options }: Context): Promise<Watch> {
  const { createProgress } = await import('../../app/api-services.ts');
  const progress = createProgress({
    terminal: host.terminal,
    stderr: host.stderr,
    clock: host.clock,
    isTTY: host.stderr.isTTY && options.input !== false,
    quiet: output.quiet || output.json,
    ci: (host.env['CI'] ?? '') !== '',
  });
  const warned = new Set<string>();
  // A failed write on stderr must not end the wait; the next write of the result tells.
  const ignoreClosed = (): undefined => undefined;
  return {
    progress: (text) => void progress.show(text).then(() => progress.tick(), ignoreClosed),
    async warn(text) {
      if (warned.has(text)) return;
      warned.add(text);
      await output.warn(text).catch(ignoreClosed);
    },
    end: () => progress.stop(),
  };
}

/** Waits for the answer. Failures: see `waitForAnswer`; the reason of the signal is thrown as it is. */
export async function awaitAnswer(
  context: Context,
  client: OptipickClient,
  { requestId, kind, knownHere }: Target,
  options: WaitOptions & { readonly signal?: AbortSignal; readonly watch?: Watch },
): Promise<Answer> {
  const { host } = context;
  const { waitForAnswer } = await import('../../app/api-services.ts');
  const watch = options.watch ?? (await createWatch(context));
  const own = options.watch === undefined;
  let troubled = false;
  try {
    return await waitForAnswer(client, kind === undefined ? KIND_NAMES : [kind], requestId, {
      intervalMs: options.interval ?? 1000,
      maxIntervalMs: options.maxInterval ?? 10_000,
      deadline: host.clock.monotonic() + options.timeout,
      once: options.once ?? false,
      knownHere,
      clock: options.once === true ? host.clock : await clockOf(context, requestId),
      random: () => host.random(),
      signal: options.signal ?? context.stop,
      sink: options.sink,
      onEvent: (event) => {
        switch (event.type) {
          case 'pending':
          case 'missing':
            if (own) watch.progress(waitingFor(requestId, event.type === 'pending' ? event.word : undefined));
            break;
          case 'unavailable':
            // One line is enough: what counts is how it ends.
            if (!troubled) void watch.warn(`${event.error.message}; trying on`);
            troubled = true;
            break;
          case 'unknown_word':
            void watch.warn(
              `the API calls the job "${cleanText(event.word)}", which is not documented; taken for not finished`,
            );
            break;
        }
      },
    });
  } finally {
    if (own) await watch.end();
  }
}

/** Where the state cannot be opened there is the clock of the machine; why was said when it was first needed. */
async function clockOf(context: Context, requestId: string): Promise<Pick<Clock, 'monotonic' | 'sleep'>> {
  const { createArrivalClock } = await import('../../app/api-services.ts');
  try {
    return createArrivalClock(context.host.clock, await context.arrivals(), requestId);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return context.host.clock;
  }
}

function waitingFor(requestId: string, word: string | undefined): string {
  return `waiting for ${shownId(requestId)}${word === undefined ? '' : ` (${cleanText(word)})`}`;
}
