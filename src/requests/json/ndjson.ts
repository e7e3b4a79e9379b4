/** The reader of NDJSON: requests or picks in JSON, one a line. */
import { CliError } from '../../errors.ts';
import { PLAIN_CSV } from '../../lib/text/csv-line.ts';
import { rejectForeignEncoding } from '../encoding.ts';
import { ErrorList } from '../error-list.ts';
import { createIdCheck } from '../validation/id-check.ts';
import type { RequestReader } from '../input.ts';
import { jsonLines } from './lines.ts';
import { parseJson } from './parser.ts';
import { addRequest } from './requests.ts';
import { type JsonNode, type JsonTree, memberOf } from './tree.ts';
import { createLinePicks } from './line-picks.ts';
import { createRejection } from '../rejected.ts';
import type { SetBuilder } from '../set-builder.ts';
import type { Source } from './source.ts';

/** The column that holds the text of a rejected line. */
const LINE_COLUMN = 'DOCUMENT';

/** The reader of NDJSON: a line with `picks` is a request, other lines are picks of the wave they name. */
export const readNdjsonRequests: RequestReader = async (name, { head, bytes }, set) => {
  rejectForeignEncoding(name, head, 'JSON');
  const reading = createReading(name, set);
  let lines = 0;
  for await (const { line, source } of jsonLines(name, bytes)) {
    lines += 1;
    if (source === undefined) {
      reading.reject('', errorAt(`line ${line} is not UTF-8 text, JSON is UTF-8`, `${name}:${line}:1`), line);
      continue;
    }
    if (lines === 1 && /^[[{]\s*$/.test(source.text)) {
      const message = 'one document a line is expected, and here one begins that runs on: add --format-in json';
      set.errors.addAll(errorAt(message, source.place(0)));
      return;
    }
    reading.add(source, line);
    await set.spool.relieve();
  }
  if (lines === 0) {
    throw new CliError('usage', `${name} is empty`, {
      code: 'empty_input',
      hint: 'give one request a line, or one pick a line',
    });
  }
  reading.end();
};

function createReading(name: string, set: SetBuilder) {
  const ids = createIdCheck(set.allowed);
  let picks: ReturnType<typeof createLinePicks> | undefined;
  let requests = 0;
  /** The first request, while it may be the only one: then the wave of the command line is its own. */
  let first: { readonly tree: JsonTree; readonly source: Source; readonly line: number } | undefined;

  const rejectRow = createRejection(set, { name, dialect: PLAIN_CSV, headers: () => [LINE_COLUMN] });
  const reject = (text: string, errors: ErrorList, line: number): void => rejectRow([text], errors, line);

  function addLine(tree: JsonTree, source: Source, line: number, isSingle: boolean): void {
    const errors = addRequest(set, { input: name, name: `${name}:${line}`, tree, isSingle, isOfMany: true, ids });
    if (errors.count > 0) reject(source.text, errors, line);
  }

  return {
    reject,
    add(source: Source, line: number): void {
      const tree = parsed(source);
      if (tree instanceof ErrorList) {
        reject(source.text, tree, line);
      } else if (requests === 0 && !isRequest(tree.root)) {
        picks ??= createLinePicks(name, set, ids, reject);
        picks.add(tree, source, line);
      } else {
        requests += 1;
        if (set.overrides.wave !== undefined && set.single && requests === 1 && picks === undefined) {
          first = { tree, source, line };
          return;
        }
        if (first !== undefined) addLine(first.tree, first.source, first.line, false);
        first = undefined;
        addLine(tree, source, line, false);
      }
    },
    end(): void {
      if (first !== undefined) addLine(first.tree, first.source, first.line, true);
      picks?.end();
      set.warnings.push(...ids.warnings.list());
    },
  };
}

function isRequest(node: JsonNode): boolean {
  return memberOf(node, 'picks') !== undefined || memberOf(node, 'site_name') !== undefined;
}

/** The tree of a line, or its syntax errors: the other lines are read all the same. */
function parsed(source: Source): JsonTree | ErrorList {
  try {
    return parseJson(source);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'invalid_json') throw error;
    const errors = new ErrorList();
    for (const detail of error.details) errors.add(() => detail);
    return errors;
  }
}

function errorAt(message: string, place: string): ErrorList {
  const errors = new ErrorList();
  errors.add(() => ({ path: '', message, place }));
  return errors;
}
