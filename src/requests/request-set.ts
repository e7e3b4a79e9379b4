/** The requests of a command line's files: all are checked before the first is sent. */
import type { FailureDetail } from '../errors.ts';
import type { CsvDialect } from '../lib/text/csv-line.ts';

/** One request of the input; its body is read again when its turn comes, so that a thousand of them fit in memory. */
export interface SetEntry {
  /** As people and `--resubmit` name it: the wave id, else its place (`requests.ndjson:3`). Unique in the set. */
  readonly name: string;
  readonly siteName: string;
  readonly waveId: string | undefined;
  /** How many. */
  readonly picks: number;
  /** SHA-256 of the body, in hexadecimal: equal for equal content and nothing else. */
  readonly digest: string;
  /** The exact bytes that are sent: compact JSON in UTF-8. Throws `CliError` `environment` when they cannot be read again. */
  body(): Promise<Uint8Array>;
  /** The caller's own rows in the order of the picks, each as long as `RequestSet.columns`; `undefined` when the input was not a table. */
  rows(): Promise<readonly CallerRow[] | undefined>;
  /** The places of the picks of these numbers (from 0) in the input; none when the input is the request itself. */
  pickLines(wanted: ReadonlySet<number>): Promise<ReadonlyMap<number, PickLine>>;
}

export interface PickLine {
  readonly pickId: string;
  /** `wave.csv:17` */
  readonly place: string;
}

export interface CallerRow {
  readonly pickId: string;
  /** As in the file; those that `--fill-down` fills, filled. */
  readonly cells: readonly string[];
}

export interface RequestSet {
  readonly entries: readonly SetEntry[];
  /** Headers of the caller's table as written (of several files: all, in order of appearance); `undefined` when the input was not a table. */
  readonly columns: readonly string[] | undefined;
  /** How the table (of several, the first) is written. */
  readonly dialect: CsvDialect | undefined;
  /** Whether there are requests besides those of the tables. */
  readonly mixed: boolean;
  /** Whether any pick of a table has alternative locations. */
  readonly alternatives: boolean;
  /** Do not keep the requests from being sent. */
  readonly warnings: readonly FailureDetail[];
  /** What is as it should be, and worth a look. */
  readonly notes: readonly FailureDetail[];
  /** Rows or requests that `--skip-invalid` left out, and the file of each input that they were written to. */
  readonly rejected: readonly { readonly count: number; readonly path: string }[];
  /** Removes the bodies stored on disk. May be called twice. */
  close(): Promise<void>;
}
