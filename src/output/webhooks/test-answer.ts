import type { TestAnswer } from '../../webhooks/testing/test-answer.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { cutToWidth, displayWidth } from '../../lib/text/display-width.ts';
import { truncate } from '../../lib/text/truncate.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from '../terminal/style.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

export interface TestAnswerOptions {
  /** What it is the answer to: a message id, a file. */
  readonly names: readonly string[];
  /** Whether it is the answer to expect. */
  readonly passed: boolean;
  /** What to say of it: `should be 2xx`. */
  readonly remark: string | undefined;
  /** The start of the body on lines of its own; otherwise in the line, and only when the answer was not expected. */
  readonly long: boolean;
  /** Columns of the terminal; `undefined` for a pipe, where nothing is cut and only a body has lines of its own. */
  readonly width: number | undefined;
  readonly style: Style;
}

const LONG = { lines: 12, characters: 1200 };
const SHORT_CHARACTERS = 100;
const INDENT = ' '.repeat(6);

/** `ok    204     3 ms  msg_2b…`, and what the endpoint said. */
export function renderTestAnswer(
  answer: TestAnswer,
  { names, passed, remark, long, width, style }: TestAnswerOptions,
): readonly string[] {
  const word = passed ? 'ok' : 'FAIL';
  const facts = [word.padEnd(4), String(answer.status ?? '-').padEnd(3), formatDuration(answer.durationMs).padStart(7)];
  const body = answer.status === undefined ? '' : cleanText(answer.body, { multiline: true }).trim();
  const more = [
    ...names,
    remark,
    answer.error,
    answer.status === undefined || answer.location === undefined ? undefined : `to ${maskUrl(answer.location)}`,
    long || passed ? undefined : truncate(body, SHORT_CHARACTERS - 1, SHORT_CHARACTERS),
  ].flatMap((text) => (text === undefined || text === '' ? [] : [cleanText(text)]));
  const [head = '', ...below] = laidOut(facts.join('  '), more, width);
  const color = passed ? style.green : style.red;
  const lines = [`${color(word)}${head.slice(word.length)}`, ...below];
  const said = long ? excerpt(body).map((line) => style.dim(cutTo(`${INDENT}${line}`, width))) : [];
  return [...lines, ...said];
}

/** The texts behind the head as far as there is room, the others on lines of their own. */
function laidOut(head: string, texts: readonly string[], width: number | undefined): readonly string[] {
  let line = head;
  const below: string[] = [];
  for (const text of texts) {
    const longer = `${line}  ${text}`;
    if (width === undefined || displayWidth(longer) <= width) line = longer;
    else below.push(cutTo(`${INDENT}${text}`, width));
  }
  return [line, ...below];
}

function cutTo(text: string, width: number | undefined): string {
  return width === undefined ? text : cutToWidth(text, width);
}

/** The facts of an answer for machines. */
export function testAnswerJson(answer: TestAnswer): Readonly<Record<string, unknown>> {
  return {
    status: answer.status ?? null,
    duration_ms: answer.durationMs,
    body: answer.status === undefined ? '' : cleanText(answer.body, { multiline: true }),
    error: answer.status === undefined ? cleanText(answer.error) : null,
  };
}

function excerpt(body: string): readonly string[] {
  if (body === '') return [];
  const lines = truncate(body, LONG.characters - 1, LONG.characters).split('\n');
  return lines.length <= LONG.lines ? lines : [...lines.slice(0, LONG.lines), '…'];
}
