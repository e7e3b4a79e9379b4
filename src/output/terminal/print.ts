/**
 * Where output goes. stdout carries the result and nothing else; all that is said about it goes to
 * stderr, and nothing at all with `--quiet`.
 */
import { maskUrlsIn } from '../../lib/net/url-secrets.ts';
import type { OutputStream } from '../../platform/host.ts';
import { cleanLine, cleanText } from '../../lib/text/sanitize-terminal.ts';
import { createJsonForTerminal, jsonText } from '../../lib/json/stringify.ts';
import { isInActions, withoutWorkflowCommands } from '../../lib/text/workflow-commands.ts';
import { labelled, wrapNotes } from './failure.ts';
import { colorLevel, createStyle, type Style } from './style.ts';

export interface Output {
  /** `--json`: documents for machines on stdout, errors as JSON on stderr. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Columns of the terminal that stdout is; `undefined` for a pipe or file, where nothing is cut. */
  readonly width: number | undefined;
  /** Style of stdout. */
  style(): Promise<Style>;
  /** Style of stderr. */
  noteStyle(): Promise<Style>;
  /**
   * Lines of text on stdout, in which nothing but colors acts on a terminal, and nothing in GitHub Actions. JSON goes through
   * `record` or `document`.
   */
  lines(lines: Iterable<string>): Promise<void>;
  /** One JSON document on one line of stdout. */
  record(value: unknown): Promise<void>;
  /** JSON of others on stdout, whole or in pieces: byte for byte, but on a terminal with nothing in it that acts there. */
  document(chunk: Uint8Array | string): Promise<void>;
  /** Bytes or text on stdout, as they are. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** A remark on stderr, which may be colored. Nothing but its colors acts on a terminal. */
  note(text: string): Promise<void>;
  /** `warning: ...` on stderr. */
  warn(text: string): Promise<void>;
  /** `hint: ...` on stderr: a next step, for people only (not with `--json`). */
  hint(text: string): Promise<void>;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** `false` with `--no-color`. */
  readonly color: boolean;
}

interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createOutput({ stdout, stderr, env }: Streams, options: OutputOptions): Output {
  const level = (stream: OutputStream) => (options.color ? colorLevel(env, stream.isTTY) : 0);
  const colored = new Set([stdout, stderr].filter((stream) => level(stream) > 0));
  const clean = (line: string, stream: OutputStream): string =>
    colored.has(stream) ? cleanLine(line) : cleanText(line, { multiline: true });
  const say = async (text: string): Promise<void> => {
    if (!options.quiet) await stderr.write(`${clean(text, stderr)}\n`);
  };
  const isGuarded = isInActions(env);
  const forTerminal = createJsonForTerminal();
  const output: Output = {
    json: options.json,
    quiet: options.quiet,
    width: stdout.columns,
    style: () => createStyle(level(stdout)),
    noteStyle: () => createStyle(level(stderr)),
    async lines(lines) {
      // One write for a screenful, several for a long list: neither a write a line nor all in memory.
      let pending = '';
      for (const line of lines) {
        const text = `${clean(line, stdout)}\n`;
        pending += isGuarded ? withoutWorkflowCommands(text) : text;
        if (pending.length > 32_768) {
          await stdout.write(pending);
          pending = '';
        }
      }
      if (pending !== '') await stdout.write(pending);
    },
    record: (value) => stdout.write(`${jsonText(value)}\n`),
    document: (chunk) => stdout.write(stdout.isTTY ? forTerminal(chunk) : chunk),
    write: (chunk) => stdout.write(chunk),
    note: (text) => say(wrapNotes(text, stderr.columns)),
    async warn(text) {
      const style = await output.noteStyle();
      await say(labelled('warning:', style.yellow, cleanText(maskUrlsIn(text)), stderr.columns).join('\n'));
    },
    async hint(text) {
      if (options.json) return;
      const style = await output.noteStyle();
      await say(labelled('hint:', style.dim, cleanText(maskUrlsIn(text)), stderr.columns).join('\n'));
    },
  };
  return output;
}
