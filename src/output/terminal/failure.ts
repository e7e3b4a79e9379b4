import { stripVTControlCharacters } from 'node:util';
import { maskUrlsIn } from '../../lib/net/url-secrets.ts';
import { type CliError, type FailureDetail, messageOf } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { displayWidth } from '../../lib/text/display-width.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import type { Style } from './style.ts';

/**
 * A failure for people: `error: ...`, one indented line per detail (`/picks/3: unknown field (picks.json:14:7)`) or, unless
 * `all`, per group of equal ones, the request id when the message does not name it, `hint: ...`. Never a stack: see
 * {@link renderStack}. `width`: columns of the terminal, at which message and hint are wrapped; `undefined` for a pipe.
 */
export function renderFailure(
  error: CliError,
  style: Style,
  { all = false, width }: { readonly all?: boolean; readonly width?: number | undefined } = {},
): string[] {
  const lines = labelled('error:', style.red, shown(error.message), width);
  const details = all ? error.details.map(renderDetail) : groupedDetails(error);
  for (const { text, note } of details) {
    const line = [text, note].filter((part) => part !== undefined && part !== '').join(' ');
    const [first = '', ...more] = wrapBehind('  ', line, width, 4);
    // Colors must not count when a text is wrapped.
    const isWhole = more.length === 0 && note !== undefined && first.endsWith(note);
    lines.push(isWhole ? first.slice(0, first.length - note.length) + style.dim(note) : first, ...more);
  }
  if (error.requestId !== undefined && !error.message.includes(error.requestId)) {
    lines.push(`${style.bold('request id:')} ${cleanText(error.requestId)}`);
  }
  if (error.hint !== undefined) lines.push(...labelled('hint:', style.cyan, shown(error.hint), width));
  return lines;
}

/** Colors must not count when a text is wrapped. */
export function labelled(label: string, color: Style['red'], text: string, width: number | undefined): string[] {
  const [first = '', ...rest] = wrapped(`${label} `, text, width);
  return [color(label) + first.slice(label.length), ...rest];
}

/** Remarks, a line each; what does not fit the width goes on below its first word or, after `note:`, its second. */
export function wrapNotes(text: string, width: number | undefined): string {
  const lines = text.split('\n').flatMap((line) => {
    const [head = ''] = /^(?:note:)? */.exec(line) ?? [];
    const isFitting = width === undefined || displayWidth(stripVTControlCharacters(line)) <= width;
    return isFitting ? [line] : wrapped(head, line.slice(head.length), width);
  });
  return lines.join('\n');
}

function wrapped(head: string, text: string, width: number | undefined): readonly string[] {
  const whole = text.replaceAll(COMMAND, (command) => command.replaceAll(' ', UNBROKEN));
  return wrapBehind(head, whole, width).map((line) => line.replaceAll(UNBROKEN, ' '));
}

/** A command stays on one line, however long: a terminal that wraps it by itself lets it be copied whole. */
const COMMAND = /`[^`]+`|(?<=: )(?:optipick|printf) [^;]*/g;
const UNBROKEN = '\ue000';

/** What a failure looks like with `--json`, ready for `JSON.stringify`; what is not known is left out. */
export interface FailureJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly exitCode: number;
    readonly status?: number;
    readonly api_code?: string;
    readonly requestId?: string;
    readonly retryable: boolean;
    readonly hint?: string;
    readonly details?: readonly FailureDetail[];
  };
}

export function failureJson(error: CliError): FailureJson {
  return {
    error: {
      code: error.code,
      message: shown(error.message),
      exitCode: error.exitCode,
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.apiCode === undefined ? {} : { api_code: cleanText(error.apiCode) }),
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: shown(error.hint) }),
      ...(error.details.length === 0 ? {} : { details: error.details.map(cleanDetail) }),
    },
  };
}

/** For `--debug` only: the stack of anything thrown and of its causes, one line each. */
export function renderStack(error: unknown): string[] {
  const lines: string[] = [];
  // A cause can lead back to itself: the number of steps is bounded.
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 8; depth += 1) {
    const text = at instanceof Error ? (at.stack ?? messageOf(at)) : messageOf(at);
    const clean = cleanText(maskUrlsIn(depth === 0 ? text : `caused by: ${text}`), { multiline: true });
    lines.push(...clean.split('\n'));
    at = at instanceof Error ? at.cause : undefined;
  }
  return lines;
}

/** One line, in which no URL shows a secret. */
function shown(text: string): string {
  return cleanText(maskUrlsIn(text)).trimEnd();
}

/** Fewer equal details are a line each. */
const MOST_EQUAL = 3;

/** More lines help nobody. */
const MOST_LINES = 200;

/** A line below a message, and what is said of it in dim letters. */
interface DetailLine {
  readonly text: string;
  readonly note?: string;
}

function groupedDetails({ message, details }: CliError): readonly DetailLine[] {
  const lines: DetailLine[] = [];
  let grouped = 0;
  for (const group of Map.groupBy(details, ({ summary, ...detail }) => summary ?? formOf(detail)).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { summary } = first;
    const isShort = summary === undefined && group.length <= MOST_EQUAL;
    if (!isShort && group.length > 1) grouped += group.length;
    if (isShort) lines.push(...group.map(renderDetail));
    else if (summary === undefined) lines.push(renderGroup(first, group));
    else if (!message.includes(summary)) lines.push({ text: shown(summary) });
  }
  const cut = lines.splice(MOST_LINES).length;
  if (cut > 0) lines.push({ text: `... and ${cut} more` });
  if (grouped === 0 && cut === 0) return lines;
  return [...lines, { text: '', note: `--all lists all ${details.length} errors one by one, and --json has them` }];
}

/** `QUANTITY: expected a number, found "x" (400 times: wave.csv:2:11, wave.csv:3:11, wave.csv:4:11, ...)` */
function renderGroup(first: FailureDetail, group: readonly FailureDetail[]): DetailLine {
  const isSame = group.every(({ message }) => message === first.message);
  const places = group.slice(0, MOST_EQUAL).flatMap(({ path, place = path }) => (place === '' ? [] : [place]));
  const where = places.length === 0 ? '' : `: ${[...places, '...'].join(', ')}`;
  const count = `${group.length} ${isSame ? 'times' : 'like it'}`;
  return renderDetail({ ...first, path: first.path.replaceAll(PICK_NUMBER, '/*'), place: `${count}${where}` });
}

const PICK_NUMBER = /\/\d+(?=\/|$)/g;

/** What errors have in common that differ only in the pick and in the value that they quote. */
function formOf({ path, message }: FailureDetail): string {
  return JSON.stringify([path.replaceAll(PICK_NUMBER, '/*'), message.replaceAll(/"[^"]*"/g, '""')]);
}

function renderDetail(detail: FailureDetail): DetailLine {
  const { path, message, place } = cleanDetail(detail);
  const text = path === '' ? message : `${path}: ${message}`;
  return place === undefined ? { text } : { text, note: `(${place})` };
}

function cleanDetail(detail: FailureDetail): FailureDetail {
  return {
    path: cleanText(detail.path),
    message: shown(detail.message),
    ...(detail.place === undefined ? {} : { place: cleanText(detail.place) }),
  };
}
