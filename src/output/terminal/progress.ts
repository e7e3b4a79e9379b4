import type { Clock, OutputStream, Spinner, Terminal } from '../../platform/host.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/** What a long wait shows on stderr. */
export interface Progress {
  /** What is going on now. On a terminal the spinner's text, elsewhere a line when it differs from the last one. */
  show(text: string): Promise<void>;
  /** A sign of life from the one who waits, as often as it likes: elsewhere than on a terminal it becomes a line at most once a minute. */
  tick(): Promise<void>;
  /** A line that stays. */
  note(text: string): Promise<void>;
  /** Clears the spinner. Nothing more is shown after it. May be called again. */
  stop(): Promise<void>;
}

export interface ProgressOptions {
  /** Draws the spinner; without one, lines are written even on a terminal. */
  readonly terminal?: Pick<Terminal, 'spinner'> | undefined;
  readonly stderr: Pick<OutputStream, 'write'>;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** Whether stderr is a terminal. */
  readonly isTTY: boolean;
  readonly quiet: boolean;
  /** A build server's log keeps every redrawing as a line, even where it claims to be a terminal. */
  readonly ci: boolean;
}

const REFRESH_MS = 1000;
const HEARTBEAT_MS = 60_000;

const SILENT: Progress = {
  show: () => Promise.resolve(),
  tick: () => Promise.resolve(),
  note: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

/** Progress that suits where stderr goes. Rejects with the stream's error when stderr is closed. */
export function createProgress({ terminal, stderr, clock, isTTY, quiet, ci }: ProgressOptions): Progress {
  if (quiet) return SILENT;
  return isTTY && !ci && terminal !== undefined
    ? createSpinnerProgress(terminal, stderr, clock)
    : createLineProgress(stderr, clock);
}

function createLineProgress(stderr: ProgressOptions['stderr'], clock: ProgressOptions['clock']): Progress {
  const begun = clock.monotonic();
  let last: string | undefined;
  let written = begun;
  let stopped = false;

  async function write(text: string): Promise<void> {
    if (stopped) return;
    written = clock.monotonic();
    await stderr.write(`${text}\n`);
  }

  return {
    async show(text) {
      const shown = cleanText(text);
      if (shown === last) return;
      last = shown;
      await write(shown);
    },
    async tick() {
      if (last === undefined || clock.monotonic() - written < HEARTBEAT_MS) return;
      await write(`${last} (${elapsed(clock.monotonic() - begun)})`);
    },
    note: (text) => write(cleanText(text)),
    stop() {
      stopped = true;
      return Promise.resolve();
    },
  };
}

function createSpinnerProgress(
  terminal: Pick<Terminal, 'spinner'>,
  stderr: ProgressOptions['stderr'],
  clock: ProgressOptions['clock'],
): Progress {
  const begun = clock.monotonic();
  const ended = new AbortController();
  let spinner: Spinner | undefined;
  let refreshing: Promise<void> | undefined;
  let last: string | undefined;
  /** Calls may overlap (a note while the spinner is being made); they take effect one after the other. */
  let queue: Promise<void> = Promise.resolve();

  const line = (): string => `${last ?? ''} (${elapsed(clock.monotonic() - begun)})`;

  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = queue.then(() => (ended.signal.aborted ? undefined : work()));
    // The caller whose turn failed gets the error, not the next one.
    queue = turn.catch(() => undefined);
    return turn;
  }

  async function draw(): Promise<void> {
    if (spinner === undefined) spinner = await terminal.spinner(line());
    else spinner.text(line());
  }

  async function refresh(): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        await clock.sleep(REFRESH_MS, ended.signal);
      } catch (error) {
        if (ended.signal.aborted) return;
        throw error;
      }
      if (!ended.signal.aborted) spinner?.text(line());
    }
  }

  return {
    show: (text) =>
      inTurn(async () => {
        last = cleanText(text);
        await draw();
        refreshing ??= refresh();
      }),
    tick: () => inTurn(async () => spinner?.text(line())),
    note: (text) =>
      inTurn(async () => {
        spinner?.stop();
        spinner = undefined;
        await stderr.write(`${cleanText(text)}\n`);
        if (last !== undefined) await draw();
      }),
    async stop() {
      await queue;
      ended.abort();
      spinner?.stop();
      spinner = undefined;
      await refreshing;
      refreshing = undefined;
    },
  };
}

/** In whole seconds. */
function elapsed(ms: number): string {
  return ms < 1000 ? '0 s' : formatDuration(Math.floor(ms / 1000) * 1000);
}
