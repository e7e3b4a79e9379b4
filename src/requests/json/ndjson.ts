/** Requests or picks in JSON, one a line. */
import { CliError } from '../../errors.ts';
import { refuseStranger } from '../encoding.ts';
import { FaultList } from '../fault-list.ts';
import { createIdCheck } from '../validation/id-check.ts';
import type { HeadedInput } from '../input-format.ts';
import { jsonLines } from './lines.ts';
import { parseJson } from './parser.ts';
import { addPrepared, addWarnings, isChosen, withoutWave } from './requests.ts';
import { type JsonNode, type JsonTree, memberOf } from './tree.ts';
import { createLinePicks, type LinePicks } from './line-picks.ts';
import { createRejectedRows, type RejectedRows } from '../rejected.ts';
import { checkRequest } from '../request.ts';
import type { SetBuilder } from '../set-builder.ts';
import type { Source } from './source.ts';

/** Of a line that is left out the text stands in this column. */
const LINE_COLUMN = 'DOCUMENT';

/**
 * Adds the requests of the lines, or their faults, to the set: a line with `picks` is a request, others are picks of
 * the wave they name. Throws `CliError` `usage` for what is no text in UTF-8.
 */
export async function readNdjsonRequests(name: string, { head, bytes }: HeadedInput, set: SetBuilder): Promise<void> {
  refuseStranger(name, head, 'JSON');
  const reading = createReading(name, set);
  let lines = 0;
  for await (const { line, source } of jsonLines(name, bytes)) {
    lines += 1;
    if (source === undefined) {
      reading.refuse('', fault(`line ${line} is not UTF-8 text, JSON is UTF-8`, `${name}:${line}:1`), line);
      continue;
    }
    if (lines === 1 && /^[[{]\s*$/.test(source.text)) {
      const message = 'one document a line is expected, and here one begins that runs on: add --format-in json';
      set.faults.addAll(fault(message, source.place(0)));
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
}

interface Reading {
  add(source: Source, line: number): void;
  refuse(text: string, faults: FaultList, line: number): void;
  end(): void;
}

function createReading(name: string, set: SetBuilder): Reading {
  const ids = createIdCheck(set.allowed);
  let picks: LinePicks | undefined;
  let rejected: RejectedRows | undefined;
  let requests = 0;
  /** The first request, while it may be the only one: then the wave of the command line is its own. */
  let first: { readonly tree: JsonTree; readonly source: Source; readonly line: number } | undefined;

  function refuse(text: string, faults: FaultList, line: number): void {
    if (!set.skipInvalid) {
      set.skippable += faults.count;
      set.faults.addAll(faults);
      return;
    }
    if (rejected === undefined) {
      const { spool, rejectedSink } = set;
      rejected = createRejectedRows(spool, { name, delimiter: ',', rejectedSink });
      set.rejected.push({ rows: rejected, headers: [LINE_COLUMN] });
    }
    rejected.add(
      [text],
      faults.details.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
      line,
    );
  }

  function addRequest(tree: JsonTree, source: Source, line: number, single: boolean): void {
    if (!single && !isChosen(set, tree.root, name)) return;
    const checked = checkRequest(set.kind, tree, withoutWave(set.overrides, single), ids);
    if (checked.faults.count > 0) {
      refuse(source.text, checked.faults, line);
      return;
    }
    addWarnings(set, checked.warnings, { once: true });
    addPrepared(set, `${name}:${line}`, checked.prepared());
  }

  return {
    refuse,
    add(source, line) {
      const tree = parsed(source);
      if (tree instanceof FaultList) {
        refuse(source.text, tree, line);
      } else if (requests === 0 && !isRequest(tree.root)) {
        picks ??= createLinePicks(name, set, ids, refuse);
        picks.add(tree, source, line);
      } else {
        requests += 1;
        if (set.overrides.wave !== undefined && set.single && requests === 1 && picks === undefined) {
          first = { tree, source, line };
          return;
        }
        if (first !== undefined) addRequest(first.tree, first.source, first.line, false);
        first = undefined;
        addRequest(tree, source, line, false);
      }
    },
    end() {
      if (first !== undefined) addRequest(first.tree, first.source, first.line, true);
      picks?.end();
      set.warnings.push(...ids.notes.warnings());
    },
  };
}

function isRequest(node: JsonNode): boolean {
  return memberOf(node, 'picks') !== undefined || memberOf(node, 'site_name') !== undefined;
}

/** The faults of syntax are those of the line alone. */
function parsed(source: Source): JsonTree | FaultList {
  try {
    return parseJson(source);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'invalid_json') throw error;
    const faults = new FaultList();
    for (const detail of error.details) faults.add(() => detail);
    return faults;
  }
}

function fault(message: string, place: string): FaultList {
  const faults = new FaultList();
  faults.add(() => ({ path: '', message, place }));
  return faults;
}
