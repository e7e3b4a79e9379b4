/** Rows and requests with errors: with `--skip-invalid` they go to a file with their reasons, else their errors end the reading. */
import { type CsvDialect, csvHeader, csvLine } from '../lib/text/csv-line.ts';
import type { FailureDetail } from '../errors.ts';
import type { ErrorList } from './error-list.ts';
import type { SetBuilder } from './set-builder.ts';

/** Rejects a row: `cells` as the file has them. */
export type Reject = (cells: readonly string[], errors: ErrorList, line: number) => void;

interface RejectedFile {
  /** The name of the input. */
  readonly name: string;
  readonly dialect: CsvDialect;
  /** Asked for at the first row. */
  readonly headers: () => readonly string[];
}

/** Adds the rejected rows of one input, or their errors, to the set. */
export function createRejection(set: SetBuilder, { name, dialect, headers }: RejectedFile): Reject {
  const { spool } = set;
  const rows = spool.entry();
  let count = 0;

  async function* content(columns: readonly string[]): AsyncGenerator<Uint8Array, void> {
    const encoder = new TextEncoder();
    yield encoder.encode(csvHeader([...columns, 'REASON', 'LINE'], dialect));
    for await (const piece of spool.read(rows)) {
      let text = '';
      for (const row of new TextDecoder().decode(piece).trimEnd().split('\n')) {
        const [cells, reason, at] = JSON.parse(row) as [string[], string, number];
        text += csvLine([...fitCells(cells, columns.length, dialect.delimiter), reason, String(at)], dialect);
      }
      yield encoder.encode(text);
    }
  }

  return (cells, errors, lineNumber) => {
    if (!set.skipInvalid) {
      set.skippableErrors += errors.count;
      set.errors.addAll(errors);
      return;
    }
    count += 1;
    if (count === 1) {
      const columns = headers();
      set.rejected.push(async () => {
        const sink = set.rejectedSink(name);
        await sink.write(content(columns));
        return { count, path: sink.path };
      });
    }
    const reasons = errors.details.map(reasonOf).join('; ');
    spool.add(rows, `${JSON.stringify([cells, reasons, lineNumber])}\n`);
  };
}

function reasonOf({ path, message }: FailureDetail): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** As many cells as the header has: the last one holds the rest of a row that is too long, so that nothing is lost. */
function fitCells(cells: readonly string[], width: number, delimiter: string): string[] {
  const fitted = cells.slice(0, width);
  if (cells.length > width && width > 0) fitted[width - 1] = cells.slice(width - 1).join(delimiter);
  while (fitted.length < width) fitted.push('');
  return fitted;
}
