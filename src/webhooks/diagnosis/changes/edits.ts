/** What was done to a body between its signing and its verification, in words. */
import { isUtf8 } from 'node:buffer';
import { type BodyEdit, done, normalization, was, were } from './edit.ts';
import { jsonEdits } from './json-edits.ts';

/** How `received` was made of `signed`, where both say the same in other bytes: at least one edit, else `undefined`. */
export function editsOf(signed: Uint8Array, received: Uint8Array): readonly BodyEdit[] | undefined {
  if (!isUtf8(signed) || !isUtf8(received)) return undefined;
  const [before, after] = [partsOf(signed), partsOf(received)];
  const marks = markEdits(before.isMarked, after.isMarked);
  if (before.text !== after.text && unixEnds(before.text) === unixEnds(after.text)) {
    return [...marks, lineEndEdit(after.text)];
  }
  const edges = [
    ...marks,
    ...edgeEdits(before.lead, after.lead, 'start'),
    ...edgeEdits(before.tail, after.tail, 'end'),
  ];
  if (before.core === after.core) return edges.length === 0 ? undefined : edges;
  const text = textEdit(before.core, after.core);
  if (text !== undefined) return [text, ...edges];
  const json = jsonEdits(before.core, after.core);
  if (json === undefined) return undefined;
  // A library that writes JSON anew often ends it with a newline: that is one event, not two.
  const { summary } = done('re-serialized');
  return [...json, ...edges].map(({ change, phrase }) => ({ change, phrase, summary }));
}

interface Parts {
  readonly isMarked: boolean;
  /** Without the byte order mark. */
  readonly text: string;
  /** White space and zero bytes around the core. */
  readonly lead: string;
  readonly core: string;
  readonly tail: string;
}

const MARK = '\uFEFF';

function partsOf(body: Uint8Array): Parts {
  const whole = Buffer.from(body).toString('utf8');
  const isMarked = whole.startsWith(MARK);
  const text = isMarked ? whole.slice(MARK.length) : whole;
  const lead = /^[\s\0]*/.exec(text)?.[0] ?? '';
  let end = text.length;
  while (end > lead.length && /[\s\0]/.test(text.charAt(end - 1))) end -= 1;
  return { isMarked, text, lead, core: text.slice(lead.length, end), tail: text.slice(end) };
}

function markEdits(before: boolean, after: boolean): readonly BodyEdit[] {
  if (before === after) return [];
  return [
    after ? was('a byte order mark', 'added at the start') : was('the byte order mark', 'removed from the start'),
  ];
}

function edgeEdits(before: string, after: string, place: 'start' | 'end'): readonly BodyEdit[] {
  if (before === after) return [];
  if (after.startsWith(before)) return [edge(after.slice(before.length), `added at the ${place}`)];
  if (before.startsWith(after)) return [edge(before.slice(after.length), `removed from the ${place}`)];
  return [was('white space', `changed at the ${place}`)];
}

function edge(text: string, participle: string): BodyEdit {
  const count = text.length;
  switch (text) {
    case '\n':
      return was('a newline', participle);
    case '\r\n':
      return was('a CRLF', participle);
    case ' ':
      return was('a space', participle);
    case '\0':
      return was('a zero byte', participle);
    default:
      if (/^\n+$/.test(text)) return were(`${count} newlines`, participle);
      return /^\0+$/.test(text) ? were(`${count} zero bytes`, participle) : was('white space', participle);
  }
}

/** An edit that leaves the text as it is read. */
function textEdit(before: string, after: string): BodyEdit | undefined {
  if (unixEnds(before) === unixEnds(after)) return lineEndEdit(after);
  return normalization(before, after);
}

const unixEnds = (text: string): string => text.replaceAll('\r\n', '\n');

function lineEndEdit(after: string): BodyEdit {
  return were('line ends', after.includes('\r\n') ? 'changed from LF to CRLF' : 'changed from CRLF to LF');
}
