/** What the readers of the inputs share: options, and the requests, errors and warnings found so far. */
import type { CsvDialect } from '../lib/text/csv-line.ts';
import { foldName } from '../lib/text/fold-name.ts';
import type { Kind } from '../kinds.ts';
import type { FailureDetail } from '../errors.ts';
import { type ColumnMap, parseColumnMap } from './csv/header/column-map.ts';
import { ErrorList } from './error-list.ts';
import { allowedIds } from './validation/placeholders.ts';
import { createPickIds } from './validation/pick-ids.ts';
import { GroupedWarnings } from './grouped-warnings.ts';
import type { Overrides } from './request.ts';
import type { RequestSet, SetEntry } from './request-set.ts';
import type { SetOptions } from './set-options.ts';
import { parseSkipLines, type SkipLines } from './csv/skip-lines.ts';
import type { Spool } from './spool.ts';

export interface FoundRequest {
  /** Its name, when no other request of the set has the same. */
  readonly name: string;
  /** Its place: the name of the input, or of the document in it. */
  readonly place: string;
  readonly entry: (name: string) => SetEntry;
}

/** The columns of several tables as those of one. */
class UnionColumns {
  readonly headers: string[] = [];

  /**
   * The index of each of these columns in the union. Headers match as on input (capitals, blanks, `_` and `-` do not
   * count), columns with the same header in their order.
   */
  add(own: readonly string[]): readonly number[] {
    const { headers } = this;
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
  }
}

export class SetBuilder {
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
  readonly errors = new ErrorList();
  readonly warnings: FailureDetail[] = [];
  /** Columns that may be meant for a field, and the others that are not sent: of all tables, equal ones once. */
  readonly nearColumns = new GroupedWarnings();
  readonly unsentColumns = new GroupedWarnings();
  readonly ids = createPickIds();
  /** Each writes the file with the rejected rows of one input. */
  readonly rejected: (() => Promise<RequestSet['rejected'][number]>)[] = [];
  /** Headers of all tables. */
  readonly columns = new UnionColumns();
  /** Requests in the order of the input. */
  readonly requests: FoundRequest[] = [];
  /** The waves found, chosen or not, and the input each was first found in. */
  readonly waves = new Map<string, string>();
  /** How the first table is written. */
  dialect: CsvDialect | undefined;
  /** Whether any pick of a table has alternative locations. */
  alternatives = false;
  /** How many of the errors `--skip-invalid` would leave out with their rows and requests. */
  skippableErrors = 0;
  #number = 0;

  /** Throws `CliError` `usage` (`invalid_map`, `invalid_lines`) for what `--map` or `--skip-lines` cannot mean. */
  constructor(options: SetOptions, spool: Spool) {
    this.kind = options.kind;
    this.overrides = options.overrides ?? {};
    this.map = parseColumnMap(options.kind, options.map ?? []);
    this.fillDown = options.fillDown ?? [];
    this.skipLines = parseSkipLines(options.skipLines ?? []);
    this.skipInvalid = options.skipInvalid ?? false;
    this.allowed = allowedIds(options.allowValues ?? []);
    this.single = options.inputs.length === 1;
    this.spool = spool;
    this.rejectedSink = options.rejectedSink;
  }

  /** The number of the next request that is assembled from picks. */
  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  /**
   * Registers the wave of a pick of the input `name`, and returns whether it is to be sent. Picks of one wave in two
   * inputs are an error: more likely the same export twice than one wave in two parts.
   */
  registerWave(name: string, wave: string, place: () => string): boolean {
    const isChosen = this.overrides.wave === undefined || this.overrides.wave === wave;
    const first = this.waves.get(wave);
    if (first === name) return isChosen;
    this.waves.set(wave, name);
    if (first !== undefined && isChosen) {
      this.errors.add(() => ({
        path: '',
        message: `the wave "${wave}" is in ${first} too: a wave is one request, so join the two files or send one of them`,
        place: place(),
      }));
    }
    return isChosen;
  }
}
