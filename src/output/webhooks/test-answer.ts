import type { TestAnswer } from '../../webhooks/testing/test-answer.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { isAccepted } from '../../webhooks/testing/test-answer.ts';
import { truncate } from '../../lib/text/truncate.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from '../terminal/style.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

export interface TestAnswerOptions {
  /** What it is the answer to: a message id, a file. */
  readonly names: readonly string[];
  /** The start of the body on lines of its own; otherwise in the line, and only when the delivery was not accepted. */
  readonly long: boolean;
  readonly style: Style;
}

const LONG = { lines: 12, characters: 1200 };
const SHORT_CHARACTERS = 100;

/** `204  3 ms  msg_2b…`, and what the endpoint said. */
export function renderTestAnswer(answer: TestAnswer, { names, long, style }: TestAnswerOptions): readonly string[] {
  const color = isAccepted(answer) ? style.green : style.red;
  const words = [
    color(String(answer.status ?? 'no answer')),
    formatDuration(answer.durationMs),
    ...names.map((name) => cleanText(name)),
  ];
  if (answer.status === undefined) return [[...words, cleanText(answer.error)].join('  ')];
  if (answer.location !== undefined) words.push(`to ${cleanText(maskUrl(answer.location))}`);
  const body = cleanText(answer.body, { multiline: true }).trim();
  if (long) return [words.join('  '), ...excerpt(body).map((line) => style.dim(`  ${line}`))];
  if (!isAccepted(answer) && body !== '')
    words.push(style.dim(truncate(cleanText(body), SHORT_CHARACTERS - 1, SHORT_CHARACTERS)));
  return [words.join('  ')];
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
