/** Questions and the spinner: what only makes sense before a person. */
import { CliError } from '../../errors.ts';
import type { AskOptions, OutputStream, Spinner, Terminal } from '../host.ts';
import { readKeys } from './keys.ts';
import { createLineEditor, RUB_OUT } from './line-editor.ts';

/** The part of `process.stdin` that asking needs. */
export type TerminalInput = Pick<
  NodeJS.ReadStream,
  'isTTY' | 'setRawMode' | 'on' | 'off' | 'pause' | 'resume' | 'unshift'
>;

export interface TerminalParts {
  readonly input: () => TerminalInput;
  readonly output: OutputStream;
  /** The stream of the spinner, opened on first use. */
  readonly spinnerStream: () => NodeJS.WriteStream;
}

const SILENT: Spinner = { text: () => undefined, stop: () => undefined };

/** The terminal of stdin and stderr. */
export function createTerminal({ input, output, spinnerStream }: TerminalParts): Terminal {
  return {
    async ask(question, options = {}) {
      const stdin = input();
      if (!stdin.isTTY) {
        throw new CliError('usage', 'there is no terminal to ask on', {
          code: 'not_interactive',
          hint: 'give the value by a flag, the environment or stdin',
        });
      }
      return readLine(stdin, output, question, options);
    },
    keys: async (events) => readKeys(input(), events),
    async spinner(text) {
      // A terminal that does not know its width reports 0, and ora would clear lines without end.
      if (!output.isTTY || output.columns === undefined) return SILENT;
      const { default: ora } = await import('ora');
      // stdin is not ora's to switch: it may be asked on, or stop the program.
      const spinner = ora({ text, stream: spinnerStream(), discardStdin: false, isEnabled: true }).start();
      return {
        text: (next) => void (spinner.text = next),
        stop: () => void spinner.stop(),
      };
    },
  };
}

/**
 * One line, key by key: raw mode alone keeps a secret off the screen on every system, where stars stand for it. What was pasted after the line's
 * end waits for the next question.
 */
function readLine(
  stdin: TerminalInput,
  output: TerminalParts['output'],
  question: string,
  { hidden = false, signal }: AskOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const editor = createLineEditor();
    let echoed: Promise<void> = Promise.resolve();
    const echo = (text: string): void => {
      echoed = echoed.then(() => output.write(text));
      // Reported to the caller at the end, and not as an unhandled rejection before.
      echoed.catch(() => undefined);
    };
    const finish = (settle: () => void): void => {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      stdin.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
      stdin.setRawMode(false);
      stdin.pause();
      // Enter was not echoed by the terminal.
      echo('\n');
      echoed.then(settle, reject);
    };
    // A terminal cannot rub out what it has wrapped.
    const mostStars = Math.max(0, (output.columns ?? 80) - question.length - 1);
    let stars = 0;
    const echoStars = (): void => {
      const wanted = Math.min(editor.line().length, mostStars);
      if (wanted === stars) return;
      echo(wanted < stars ? RUB_OUT.repeat(stars - wanted) : '*'.repeat(wanted - stars));
      stars = wanted;
    };
    const onData = (chunk: Uint8Array): void => {
      const { state, rest, shown } = editor.take(chunk);
      if (hidden) echoStars();
      else if (shown !== '') echo(shown);
      if (state === 'open') return;
      if (state === 'done') finish(() => resolve(editor.line()));
      else finish(() => reject(stopped()));
      // After the pause: a stream that flows would hand it out at once, to nobody.
      if (rest.byteLength > 0) stdin.unshift(rest);
    };
    const onEnd = (): void => finish(() => reject(stopped()));
    const onError = (error: Error): void => finish(() => reject(error));
    const onAbort = (): void => finish(() => reject(signal?.reason as Error));
    signal?.addEventListener('abort', onAbort, { once: true });
    stdin.on('data', onData);
    stdin.on('end', onEnd);
    stdin.on('error', onError);
    // Only then the question: what is typed in answer to it must not be echoed any more.
    stdin.setRawMode(true);
    stdin.resume();
    echo(question);
  });
}

function stopped(): CliError {
  return new CliError('interrupted', 'interrupted before the question was answered');
}
