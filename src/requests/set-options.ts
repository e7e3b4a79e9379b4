/** The options of `openRequestSet`. */
import type { Kind } from '../kinds.ts';
import type { ScratchFile } from '../platform/host.ts';
import type { InputFormat } from './format.ts';
import type { Overrides } from './request.ts';

export interface SetInput {
  /** As errors name it: `wave.csv`, `<stdin>`. */
  readonly name: string;
  /** The bytes; called once. Throws `CliError` `usage` when they cannot be had. */
  open(): AsyncIterable<Uint8Array>;
}

/** Where the rejected rows of one input go. */
export interface RejectedSink {
  /** `wave.rejected.csv`, for messages. */
  readonly path: string;
  /** Whole or not at all. Throws `CliError` `environment` when it cannot be written. */
  write(content: AsyncIterable<Uint8Array>): Promise<void>;
}

export interface SetOptions {
  readonly kind: Kind;
  readonly inputs: readonly SetInput[];
  /** Default: by extension, then by content. */
  readonly formatIn?: InputFormat | undefined;
  /** `field=Column`, for tables. */
  readonly map?: readonly string[] | undefined;
  /** Columns whose empty cells have the value of the row above, for tables. */
  readonly fillDown?: readonly string[] | undefined;
  /** Lines that are left out, for tables: `2`, `1-3,5`, `none`. */
  readonly skipLines?: readonly string[] | undefined;
  /**
   * Fields of the command line. A wave replaces that of a single JSON request, fills that of a table without waves, and
   * chooses one of several.
   */
  readonly overrides?: Overrides | undefined;
  /** Leaves out rows and requests that have errors, and sends the rest. */
  readonly skipInvalid?: boolean | undefined;
  /** Ids such as `#N/A` or `4.5E+15` that are meant. */
  readonly allowValues?: readonly string[] | undefined;
  /** A temporary file, made when there is too much for memory. */
  readonly scratch: () => Promise<ScratchFile>;
  /** `name` is that of an input. */
  readonly rejectedSink: (name: string) => RejectedSink;
}
