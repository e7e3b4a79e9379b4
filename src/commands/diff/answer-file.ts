/** An answer that was stored in a file. */
import type { Context } from '../../context/context.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { createDetailsReader, type DetailsReader } from '../../answers/reader.ts';
import { ANSWER_TOO_LARGE, AnswerLimitError } from '../../answers/limit.ts';
import { classifyAnswer, reasonOf } from '../../answers/job-state.ts';
import { createMemberTap } from '../../lib/json/member.ts';
import { JsonSyntaxError } from '../../lib/json/scanner.ts';
import type { Kind } from '../../kinds.ts';
import { createLineColumnCounter } from '../../lib/json/line-column.ts';
import { CliError } from '../../errors.ts';
import { inUtf8 } from '../../requests/utf16.ts';
import { openInput } from '../../context/input-file.ts';

export interface AnswerFile {
  /** As people know it: `a.json`, `<stdin>`. */
  readonly name: string;
  readonly kind: Kind;
  readonly details: AnswerDetails;
}

/**
 * Reads the answer of a finished job, as the API returned it or in the `result` of a line of `poll`, `listen` and batches.
 * Holds one small object for each pick in memory, never the document. Throws `CliError` `usage` when the file cannot be
 * read, is not one JSON document (with line and column), or holds no result.
 */
export async function readAnswerFile(context: Context, path: string): Promise<AnswerFile> {
  const { name, chunks } = openInput(context, path);
  const outer = createDetailsReader();
  let inner: DetailsReader | undefined;
  const places = createLineColumnCounter();
  const tap = createMemberTap('result', {
    begin: () => (inner = createDetailsReader()),
    push: (bytes) => inner?.push(bytes),
  });
  let read = 0;
  let last: Uint8Array = new Uint8Array();
  try {
    // Windows PowerShell's `>` writes UTF-16.
    for await (const chunk of inUtf8(name, chunks)) {
      last = chunk;
      tap.push(chunk);
      outer.push(chunk);
      places.push(chunk);
      read += chunk.length;
    }
    if (!tap.end()) throw noAnswer(name, 'it is empty');
  } catch (error) {
    if (error instanceof AnswerLimitError) throw tooLarge(name, error);
    if (!(error instanceof JsonSyntaxError)) throw error;
    places.push(last.subarray(0, error.offset - read));
    throw notJson(name, error.message, `${name}:${places.place()}`, tap.isWhole);
  }
  const answer = outer.end();
  const details = answer?.summary.hasResult === true ? answer : (inner?.end() ?? answer);
  return { name, ...resultOf(name, details) };
}

function resultOf(name: string, details: AnswerDetails | undefined): Omit<AnswerFile, 'name'> {
  if (details === undefined) throw noAnswer(name, 'it holds no JSON object');
  const { summary } = details;
  const state = classifyAnswer(200, summary);
  if (state === 'failed') {
    throw noAnswer(name, `its job failed: ${reasonOf(summary) ?? `status ${summary.status ?? 'unknown'}`}`);
  }
  if (isRequest(details)) throw noAnswer(name, 'it is a request');
  if (state === 'pending') throw noAnswer(name, 'it has no result');
  if (summary.kind === undefined) throw noAnswer(name, 'it has neither clusters nor picks');
  return { kind: summary.kind, details };
}

/** A request has picks as well, but neither places in the walk nor figures. */
function isRequest({ summary, stops }: AnswerDetails): boolean {
  const hasFigures = summary.computationTime !== undefined || summary.optimalDistance !== undefined;
  return (
    summary.kind === 'route' && !hasFigures && stops.length > 0 && stops.every(({ sequence }) => sequence === undefined)
  );
}

const HINT = 'an answer is what get, poll or submit --wait write with --json or -o answer.json';

function noAnswer(name: string, why: string): CliError {
  return new CliError('usage', `${name} is not the answer of a finished job: ${why}`, {
    code: 'no_answer',
    hint: HINT,
  });
}

function tooLarge(name: string, { message }: AnswerLimitError): CliError {
  return new CliError('usage', `${name} cannot be read: ${message}`, { code: ANSWER_TOO_LARGE });
}

function notJson(name: string, message: string, place: string, hasWhole: boolean): CliError {
  return new CliError('usage', `${name} is not one JSON document`, {
    code: 'invalid_json',
    hint: hasWhole ? 'of a stream of answers take one line, for example: head -n 1 answers.ndjson' : HINT,
    details: [{ path: '', message: hasWhole ? 'something follows the first document' : message, place }],
  });
}
