/** Finds the line of a table that is its header: exports and reports have titles above it. */
import type { Kind } from '../../../kinds.ts';
import { HEADER_LINES } from '../../../limits.ts';
import { nearestWord } from '../../../lib/text/did-you-mean.ts';
import { createCellText } from '../cell-text.ts';
import type { ColumnMap } from './column-map.ts';
import { isRule } from '../drawn-table.ts';
import { type Header, headerCells, splitCells } from '../dialect.ts';
import { tableFields } from '../fields.ts';
import { foldName } from '../../../lib/text/fold-name.ts';

/** A line split as the header is. A quoted cell may run on to the next line: good enough to judge a line. */
export interface SampleRow {
  readonly line: number;
  /** Without outer blanks. */
  readonly cells: readonly string[];
}

export interface FoundHeader {
  readonly header: Header;
  readonly line: number;
  /** Where it begins in the text. */
  readonly offset: number;
  /** Lines with text around it. */
  readonly above: readonly SampleRow[];
  readonly below: readonly SampleRow[];
  /** The first other line that names the columns, and other ones, when this is not the first of the table. */
  readonly rival: number | undefined;
}

export interface HeaderNames {
  /** Of the API. */
  readonly fields: readonly string[];
  /** All that make a header, folded. */
  readonly known: ReadonlySet<string>;
  /** Of the column that each table has, folded. */
  readonly location: string;
}

/** The fields of the API and the columns that `--map` names. */
export function headerNames(kind: Kind, map: ColumnMap): HeaderNames {
  const fields = tableFields(kind).map((field) => field.name);
  const known = new Set([...fields, ...map.values()].map(foldName));
  return { fields, known, location: foldName(map.get('location_id') ?? 'location_id') };
}

/**
 * Finds the first line that names the column of the locations. When none does, it is the one with the most names, also
 * nearly right ones, if it has several of them, else the first with text. `text` holds one byte a character.
 */
export function findHeader(text: string, names: HeaderNames, firstLine = 1): FoundHeader {
  const { known, location } = names;
  const headerOf = (line: string): Header => headerCells(line, known);
  const namesColumns = ({ cells }: Header): boolean => cells.some((cell) => foldName(cell) === location);
  const lines = joinedLines(linesOf(text), (line) => namesColumns(headerOf(line))).filter(
    ({ text: line }) => line !== '' && !isRule(line),
  );
  const candidates = lines
    .filter(({ index }) => index < HEADER_LINES)
    .map(({ text: line, index, offset }) => ({ index, offset, header: headerOf(line) }));
  const first = candidates[0] ?? { index: 0, offset: 0, header: headerOf('') };
  const naming = candidates.filter((one) => namesColumns(one.header));
  const found = naming[0] ?? mostNames(candidates, names) ?? first;
  const { header, offset } = found;
  const written = header.cells.map(foldName).join('\n');
  const rival = naming.find((one) => one.header.cells.map(foldName).join('\n') !== written);
  const rows = lines.map(({ index, text: row }) => ({
    line: firstLine + index,
    cells: splitCells(row, header.delimiter).map((cell) => cell.trim()),
  }));
  const line = firstLine + found.index;
  return {
    header,
    line,
    offset,
    above: rows.filter((row) => row.line < line),
    below: rows.filter((row) => row.line > line),
    rival: rival === undefined || found === first ? undefined : firstLine + rival.index,
  };
}

function mostNames<T extends { readonly header: Header }>(lines: readonly T[], names: HeaderNames): T | undefined {
  const isName = (cell: string): boolean =>
    names.known.has(foldName(cell)) || nearestWord(cell, names.fields) !== undefined;
  const counted = lines.map((line) => ({ line, count: line.header.cells.filter(isName).length }));
  const [best] = counted.toSorted((a, b) => b.count - a.count);
  return best === undefined || best.count < 2 ? undefined : best.line;
}

interface Line {
  /** Without outer blanks. */
  readonly text: string;
  /** From 0. */
  readonly index: number;
  readonly offset: number;
}

/** With the lines joined that a header has in quoted cells: spreadsheets break long names. */
function joinedLines(lines: readonly Line[], namesColumns: (line: string) => boolean): Line[] {
  const joined: Line[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    const end = isOpen(line) ? lines.findIndex((other, index) => index > at && isOpen(other)) : -1;
    const whole = lines
      .slice(at, end + 1)
      .map(({ text }) => text)
      .join('\n');
    const isHeader = end !== -1 && namesColumns(whole);
    joined.push(isHeader ? { ...line, text: whole } : line);
    if (isHeader) at = end;
  }
  return joined;
}

/** Whether a quote is left without its partner. */
function isOpen({ text }: Line): boolean {
  return text.split('"').length % 2 === 0;
}

function linesOf(text: string): Line[] {
  const cellText = createCellText();
  let offset = 0;
  return text.split(/(?<=\r(?!\n)|\n)/, HEADER_LINES * 2).map((line, index) => {
    const start = offset;
    offset += line.length;
    return { text: cellText.ofCell(line).trim(), index, offset: start };
  });
}
