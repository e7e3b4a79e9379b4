/** The lines of `listen` for people: what arrived (`<-`), where it went (`->`), what came of it (`ok`, `failed`). Pure. */
import type { AnswerSummary } from '../../answers/answer.ts';
import { failureReason } from '../../answers/job-state.ts';
import { savingOf } from '../../answers/saving.ts';
import { cutInMiddle, cutToWidth, displayWidth } from '../../lib/text/display-width.ts';
import { formatDuration, formatPercent } from '../../lib/text/numbers.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { shortenedId } from '../../lib/text/shown-id.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { distanceText } from '../answers/distance-text.ts';
import type { Style } from '../terminal/style.ts';
import { localTime } from '../../lib/text/local-time.ts';

export interface LineOptions {
  /** Of the terminal; `undefined` (a pipe, a log) cuts and shortens nothing. */
  readonly width: number | undefined;
  readonly style: Style;
}

type Paint = (text: string) => string;

/** A text on the left of a line. */
interface Part {
  readonly text: string;
  /** Blanks behind it, up to this width, keep the next part in its column. */
  readonly column?: number;
  /** It is left out first when there is no room. */
  readonly isOptional?: boolean;
  /** Cut in the middle and not at the end. */
  readonly isAddress?: boolean;
  readonly paint?: Paint | undefined;
}

interface Line {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly mark: string;
  readonly paintMark: Paint;
  /** The first one gives way last. */
  readonly left: readonly Part[];
  /** Right-aligned at the same place in every line. */
  readonly right: readonly { readonly text: string; readonly width: number; readonly paint?: Paint | undefined }[];
}

/** Lines are as wide as the terminal, and no wider than this: what belongs together stays together. */
const WIDEST = 100;
/** From here on ids are whole. */
const ROOMY = 100;
/** Below it there is no column for the duration. */
const NARROW = 72;
const GAP = '  ';
/** Of the names of the documented events. */
const EVENT_COLUMN = 17;
/** `2 min 5 s` */
const DURATION_COLUMN = 9;
/** Where the text of a line begins, and what belongs to the line above. */
const INDENT = ' '.repeat(14);

/** An id as it is shown at this width. */
export function idText(id: string, width: number | undefined): string {
  return width === undefined || width >= ROOMY ? cleanText(id) : shortenedId(cleanText(id));
}

export interface ArrivalLine {
  readonly at: number;
  readonly event: string;
  /** Of the request, else of the delivery. */
  readonly id: string | undefined;
  readonly verdict: 'verified' | 'not checked' | 'duplicate' | 'rejected';
  readonly status: number;
  readonly durationMs: number | undefined;
}

export function arrivalLine({ at, event, id, verdict, ...answer }: ArrivalLine, options: LineOptions): string {
  const { style, width } = options;
  const paint = { verified: style.green, 'not checked': style.yellow, duplicate: style.dim, rejected: style.yellow };
  return lineOf(
    {
      at,
      mark: '<-',
      paintMark: style.cyan,
      left: [
        { text: cleanText(event), column: EVENT_COLUMN },
        ...(id === undefined ? [] : [{ text: idText(id, width) }]),
        { text: verdict, isOptional: verdict === 'verified', paint: paint[verdict] },
      ],
      right: answerOf(answer, verdict === 'rejected' ? style.yellow : style.green, options),
    },
    options,
  );
}

export interface CallLine {
  readonly at: number;
  /** `POST`, `exec`. */
  readonly verb: string;
  readonly target: string;
  readonly attempt: number;
  readonly isOk: boolean;
  /** `200`, `exit 1`; `undefined` without an answer. */
  readonly outcome: string | undefined;
  readonly durationMs: number;
}

export function callLine(
  { at, verb, target, attempt, isOk, outcome, durationMs }: CallLine,
  options: LineOptions,
): string {
  const { style } = options;
  return lineOf(
    {
      at,
      mark: '->',
      paintMark: style.cyan,
      left: [
        { text: [verb, cleanText(target)].filter((word) => word !== '').join(' '), isAddress: true },
        ...(attempt === 1 ? [] : [{ text: `attempt ${attempt}`, isOptional: true }]),
      ],
      right: answerOf({ status: outcome, durationMs }, isOk ? style.green : style.red, options),
    },
    options,
  );
}

function answerOf(
  { status, durationMs }: { readonly status: string | number | undefined; readonly durationMs: number | undefined },
  paint: Paint,
  { width, style }: LineOptions,
): Line['right'] {
  const duration = durationMs === undefined ? '' : formatDuration(durationMs);
  const isNarrow = width !== undefined && width < NARROW;
  return [
    { text: String(status ?? '-'), width: 3, paint },
    ...(isNarrow ? [] : [{ text: duration, width: DURATION_COLUMN, paint: style.dim }]),
  ];
}

/** A result: its walk before and after, and the change. */
export function resultLine(at: number, summary: AnswerSummary, isFailed: boolean, options: LineOptions): string {
  const { style, width } = options;
  const { siteName, waveId, routeId, requestId } = summary;
  const names = [siteName, waveId === undefined ? undefined : `wave ${waveId}`, routeId && `route ${routeId}`];
  const title = names.filter((name) => name !== undefined && name !== '').map((name) => cleanText(name ?? ''));
  const id = requestId === undefined ? 'no request id' : idText(requestId, width);
  // There is room for the id on wide terminals and in logs, where lines of several requests are told apart by it.
  const left = title.length === 0 ? [{ text: id }] : [{ text: title.join(' · ') }, { text: id, isOptional: true }];
  if (isFailed) {
    const reason = { text: cleanText(failureReason(summary)), paint: style.red };
    return lineOf({ at, mark: 'failed', paintMark: style.red, left: [...left, reason], right: [] }, options);
  }
  return lineOf({ at, mark: 'ok', paintMark: style.green, left, right: walkOf(summary, style) }, options);
}

function walkOf(summary: AnswerSummary, style: Style): Line['right'] {
  const { asisDistance, optimalDistance, unit } = summary;
  const after = distanceText(optimalDistance, unit);
  const walk = asisDistance === undefined ? after : `${distanceText(asisDistance, unit)} -> ${after}`;
  const saving = savingOf(summary);
  const change = 'reason' in saving ? '' : changeText(-saving.percent);
  const paint = 'saved' in saving && saving.saved < 0 ? style.yellow : style.green;
  return [
    { text: walk, width: 16 },
    { text: change, width: 7, paint },
  ];
}

/** `-39.6%`, `+3.1%` */
function changeText(percent: number): string {
  return percent > 0 ? `+${formatPercent(percent)}` : formatPercent(percent);
}

/** A delivery without a result to show, and why. */
export function unfetchedLine(
  {
    at,
    event,
    id,
    why,
    isFailed,
  }: Pick<ArrivalLine, 'at' | 'event' | 'id'> & { readonly why: string; readonly isFailed: boolean },
  options: LineOptions,
): string {
  const { style, width } = options;
  const left = [
    { text: cleanText(event), column: EVENT_COLUMN },
    ...(id === undefined ? [] : [{ text: idText(id, width), isOptional: true }]),
    { text: why, paint: isFailed ? style.red : style.dim },
  ];
  const paintMark = isFailed ? style.red : style.green;
  return lineOf({ at, mark: isFailed ? 'failed' : 'ok', paintMark, left, right: [] }, options);
}

/** What belongs to the line above: below its text, wrapped. */
export function detailLines(text: string, { width }: Pick<LineOptions, 'width'>): readonly string[] {
  // A narrow terminal has no room for the indent.
  const indent = width !== undefined && width < NARROW ? '    ' : INDENT;
  return wrapBehind(indent, cleanText(text), width);
}

function lineOf({ at, mark, paintMark, left, right }: Line, { width, style }: LineOptions): string {
  const time = localTime(at);
  const edge = Math.min(width ?? WIDEST, WIDEST);
  const tail = right.map(({ text, width: least, paint = identity }) => {
    const padding = ' '.repeat(Math.max(0, least - displayWidth(text)));
    return { width: Math.max(least, displayWidth(text)), shown: `${GAP}${padding}${text === '' ? '' : paint(text)}` };
  });
  const tailWidth = tail.reduce((sum, each) => sum + GAP.length + each.width, 0);
  const room = edge - time.length - 2 * GAP.length - displayWidth(mark) - tailWidth;
  const parts = width === undefined ? left : fitted(left, room);
  let text = '';
  let used = 0;
  // Blanks wait for what follows, so that no line ends in them.
  let padding = '';
  for (const [place, { text: word, column = 0, paint = identity }] of parts.entries()) {
    if (place > 0) padding += GAP;
    text += padding + paint(word);
    used += padding.length + displayWidth(word);
    padding = ' '.repeat(Math.max(0, column - displayWidth(word)));
  }
  const fill = tail.length === 0 ? '' : ' '.repeat(Math.max(0, room - used));
  const line = `${style.dim(time)}${GAP}${paintMark(mark)}${GAP}${text}${fill}${tail.map(({ shown }) => shown).join('')}`;
  return line.trimEnd();
}

/** The first text gives way down to this. */
const NARROWEST = 8;

/** The parts that there is room for: optional ones go first, then the first one is cut, then the others from the last on. */
function fitted(left: readonly Part[], room: number): readonly Part[] {
  let parts = left;
  while (widthOf(parts) > room) {
    const optional = parts.findLastIndex(({ isOptional = false }) => isOptional);
    if (optional === -1) break;
    parts = parts.filter((_, place) => place !== optional);
  }
  parts = shortened(parts, 0, room, NARROWEST);
  for (let place = parts.length - 1; place >= 0; place -= 1) parts = shortened(parts, place, room, 1);
  return parts;
}

/** With the part at this place as narrow as it must be, and no narrower than `least`. */
function shortened(parts: readonly Part[], place: number, room: number, least: number): readonly Part[] {
  const excess = widthOf(parts) - room;
  if (excess <= 0) return parts;
  return parts.map((part, at) => {
    if (at !== place) return part;
    const { text, column = 0, isAddress = false } = part;
    const width = Math.max(least, Math.max(column, displayWidth(text)) - excess);
    return {
      ...part,
      column: Math.min(column, width),
      text: isAddress ? cutInMiddle(text, width) : cutToWidth(text, width),
    };
  });
}

function widthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { text, column = 0 }, place) => {
    const isLast = place === parts.length - 1;
    return sum + (place === 0 ? 0 : GAP.length) + Math.max(displayWidth(text), isLast ? 0 : column);
  }, 0);
}

function identity(text: string): string {
  return text;
}
