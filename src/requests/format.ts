/** Detects the format of an input. */
import type { Buffer } from 'node:buffer';
import { isBoxed } from './csv/drawn-table.ts';
import { isRecord } from '../lib/json/loose-fields.ts';
import { foldName } from '../lib/text/fold-name.ts';
import { findHeader, type HeaderNames } from './csv/header/find.ts';

export type InputFormat = 'json' | 'csv' | 'ndjson';

/** The format by the extension; `undefined` for other extensions. */
export function formatOfName(name: string): InputFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'tsv') return 'csv';
  if (extension === 'ndjson' || extension === 'jsonl') return 'ndjson';
  return extension === 'json' ? 'json' : undefined;
}

/**
 * The format by the first line, or by a table's header below it. A line with one pick is NDJSON. Content of no known form
 * is read as JSON, whose errors say what is wrong with it.
 */
export function formatOfContent(head: Buffer, names: HeaderNames): InputFormat {
  const text = head.toString('utf8').trim();
  const line = text.split(/[\r\n]/, 1)[0] ?? '';
  if (line.startsWith('{')) {
    const value = objectOf(line);
    const isPick = value !== undefined && 'location_id' in value && !('picks' in value);
    return value !== undefined && (text.length > line.length || isPick) ? 'ndjson' : 'json';
  }
  if (line.startsWith('[')) return 'json';
  if (isBoxed(line)) return 'csv';
  const { cells, delimiter } = findHeader(head.toString('latin1'), names).header;
  return delimiter !== undefined || cells.some((cell) => names.known.has(foldName(cell))) ? 'csv' : 'json';
}

function objectOf(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
