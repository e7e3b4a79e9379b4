/** What the readers of the inputs share: options, and the requests, errors and warnings found so far. */
import { foldName } from '../lib/text/fold-name.ts';
import type { Kind } from '../kinds.ts';
import type { FailureDetail } from '../errors.ts';
import type { ColumnMap } from './csv/header/column-map.ts';
import { ErrorList } from './error-list.ts';
import { allowedIds } from './validation/placeholders.ts';
import { createPickIds, type PickIds } from './validation/pick-ids.ts';
import type { Overrides } from './request.ts';
import type { SetEntry } from './request-set.ts';
import type { SetOptions } from './set-options.ts';
import { parseSkipLines, type SkipLines } from './csv/skip-lines.ts';
import type { Spool } from './spool.ts';

export interface SetBuilder {
  readonly kind: Kind;
  readonly overrides: Overrides;
  readonly map: ColumnMap;
  /** As the command line names them. */
  readonly fillDown: readonly string[];
  readonly skipLines: SkipLines;
  readonly skipInvalid: boolean;
  /** Ids that look like placeholders and are sent all the same. */
  readonly allowed: ReadonlySet<string>;
  /** Whether there is one input. */
  readonly single: boolean;
  readonly spool: Spool;
  readonly rejectedSink: SetOptions['rejectedSink'];
  readonly errors: ErrorList;
  readonly warnings: FailureDetail[];
  readonly ids: PickIds;
  /** Of each input with rejected rows. */
  readonly rejected: RejectedRows[];
  /** Headers of all tables. */
  readonly columns: UnionColumns;
  /** Requests in the order of the input. */
  readonly requests: FoundRequest[];
  /** The waves found, chosen or not, and the input each was first found in. */
  readonly waves: Map<string, string>;
  /** Whether any pick of a table has alternative locations. */
  alternatives: boolean;
  /** How many of the errors `--skip-invalid` would leave out with their rows and requests. */
  skippableErrors: number;
  /** The number of the next request that is assembled from picks. */
  nextNumber(): number;
}

export interface RejectedRows {
  /** Writes the file of the input. */
  write(): Promise<{ readonly count: number; readonly path: string }>;
}

export interface FoundRequest {
  /** Its name, when no other request of the set has the same. */
  readonly name: string;
  /** Its place: the name of the input, or of the document in it. */
  readonly place: string;
  readonly entry: (name: string) => SetEntry;
}

/** The columns of several tables as those of one. */
export interface UnionColumns {
  readonly headers: readonly string[];
  /**
   * The index of each of these columns in the union. Headers match as on input (capitals, blanks, `_` and `-` do not
   * count), columns with the same header in their order.
   */
  add(headers: readonly string[]): readonly number[];
}

export function createSetBuilder(
  {
    kind,
    inputs,
    overrides = {},
    fillDown = [],
    skipLines = [],
    skipInvalid = false,
    allowValues = [],
    rejectedSink,
  }: SetOptions,
  map: ColumnMap,
  spool: Spool,
): SetBuilder {
  let number = 0;
  return {
    kind,
    overrides,
    map,
    fillDown,
    skipLines: parseSkipLines(skipLines),
    skipInvalid,
    allowed: allowedIds(allowValues),
    single: inputs.length === 1,
    spool,
    rejectedSink,
    errors: new ErrorList(),
    warnings: [],
    ids: createPickIds(),
    rejected: [],
    columns: createUnionColumns(),
    requests: [],
    waves: new Map(),
    alternatives: false,
    skippableErrors: 0,
    nextNumber: () => (number += 1),
  };
}

/**
 * Registers the wave of a pick of the input `name`, and returns whether it is to be sent. Picks of one wave in two inputs
 * are an error: more likely the same export twice than one wave in two parts.
 */
export function registerWave(set: SetBuilder, name: string, wave: string, place: () => string): boolean {
  const isChosen = set.overrides.wave === undefined || set.overrides.wave === wave;
  const first = set.waves.get(wave);
  if (first === name) return isChosen;
  set.waves.set(wave, name);
  if (first !== undefined && isChosen) {
    set.errors.add(() => ({
      path: '',
      message: `the wave "${wave}" is in ${first} too: a wave is one request, so join the two files or send one of them`,
      place: place(),
    }));
  }
  return isChosen;
}

function createUnionColumns(): UnionColumns {
  const headers: string[] = [];
  return {
    headers,
    add(own) {
      const taken = new Set<number>();
      return own.map((header) => {
        const isFree = (index: number): boolean => !taken.has(index);
        let at = headers.findIndex((one, index) => one === header && isFree(index));
        // Another export may write the same name in other letters.
        if (at === -1) at = headers.findIndex((one, index) => foldName(one) === foldName(header) && isFree(index));
        if (at === -1) at = headers.push(header) - 1;
        taken.add(at);
        return at;
      });
    },
  };
}
