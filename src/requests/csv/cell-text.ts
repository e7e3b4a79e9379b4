/** The text of a cell: decodes it, and removes the formula around it. */
import { Buffer, isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from '../../lib/bytes/windows-1252.ts';

/** UTF-8, or else Windows-1252, which holds all of Latin-1 that is printed. Chosen cell by cell: exports are joined. */
export function createCellText() {
  let foreignCell: string | undefined;

  const decode = (bytes: Buffer): string => (isUtf8(bytes) ? bytes.toString('utf8') : decodeWindows1252(bytes));

  return {
    /** `cell` holds one byte a character. */
    ofCell(cell: string): string {
      if (!/[\u0080-\u00ff]/.test(cell)) return cell;
      const bytes = Buffer.from(cell, 'latin1');
      if (isUtf8(bytes)) return bytes.toString('utf8');
      foreignCell ??= cell;
      return decode(bytes);
    },
    decode,
    /** The first cell, as given, that was no UTF-8. */
    get foreignCell(): string | undefined {
      return foreignCell;
    },
  };
}

/** A formula that only keeps a spreadsheet from changing a text. */
const GUARD = /^\s*=\s*(?:"((?:[^"]|"")*)"|([-+]?\d[\d.,]*))\s*$/;

/** What `="0045"` and `=0045` stand for; any other cell as it is. */
export function withoutGuard(cell: string): string {
  const [, text, number] = GUARD.exec(cell) ?? [];
  return text?.replaceAll('""', '"') ?? number ?? cell;
}
