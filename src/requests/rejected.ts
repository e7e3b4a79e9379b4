/** Rows that are left out, and the file they are written to with the reason. */
import { csvLine } from '../lib/text/csv-line.ts';
import type { SetOptions } from './set-options.ts';
import type { Spool } from './spool.ts';

export interface RejectedRows {
  readonly count: number;
  /** `cells` as they stood in the file, padded to the header's length by the writer. */
  add(cells: readonly string[], reasons: readonly string[], line: number): void;
  /** Writes the file of the input. */
  write(headers: readonly string[]): Promise<{ readonly count: number; readonly path: string }>;
}

export function createRejectedRows(
  spool: Spool,
  { name, delimiter, rejectedSink }: { name: string; delimiter: string; rejectedSink: SetOptions['rejectedSink'] },
): RejectedRows {
  const rows = spool.strand();
  let count = 0;
  const line = (cells: readonly string[]): string => csvLine(cells, delimiter);
  return {
    get count() {
      return count;
    },
    add(cells, reasons, lineNumber) {
      count += 1;
      spool.add(rows, `${JSON.stringify([cells, reasons.join('; '), lineNumber])}\n`);
    },
    async write(headers) {
      const sink = rejectedSink(name);
      async function* content(): AsyncGenerator<Uint8Array, void> {
        const encoder = new TextEncoder();
        yield encoder.encode(line([...headers, 'REASON', 'LINE']));
        for await (const piece of spool.read(rows)) {
          let text = '';
          for (const row of new TextDecoder().decode(piece).trimEnd().split('\n')) {
            const [cells, reason, at] = JSON.parse(row) as [string[], string, number];
            text += line([...fitted(cells, headers.length, delimiter), reason, String(at)]);
          }
          yield encoder.encode(text);
        }
      }
      await sink.write(content());
      return { count, path: sink.path };
    },
  };
}

/** As many cells as the header has: of a row too long the rest stands in the last cell, nothing is lost. */
function fitted(cells: readonly string[], width: number, delimiter: string): string[] {
  const kept = cells.slice(0, width);
  if (cells.length > width && width > 0) kept[width - 1] = cells.slice(width - 1).join(delimiter);
  while (kept.length < width) kept.push('');
  return kept;
}
