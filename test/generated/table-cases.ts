/** Tables as other programs write them, drawn from a seed, and what they mean: read without the product's own code. */
import type { Random } from '../../src/lib/seeded-random.ts';

export interface TableCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What was done to it, to be read when it fails. */
  readonly recipe: string;
  readonly delimiter: string;
  readonly rows: readonly MeantRow[];
  /** `never`: the encoding cannot be known; `perhaps`: it may be rejected as a whole, since something in it is odd. */
  readonly readable: 'always' | 'perhaps' | 'never';
}

export interface MeantRow {
  readonly line: number;
  /** `either`: somebody may have meant it, or not. */
  readonly must: 'send' | 'reject' | 'either';
  readonly pick: Readonly<Record<string, string>>;
}

interface Encoding {
  readonly name: string;
  readonly letters: string;
  readonly encode: (text: string) => Buffer;
  readonly isKnown?: false;
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const LATIN = 'ÄÖÜéßñç';
const WINDOWS: Readonly<Record<string, number>> = { '€': 0x80, Š: 0x8a, Ž: 0x8e, œ: 0x9c };

const ENCODINGS: readonly Encoding[] = [
  { name: 'utf-8', letters: `${LATIN}€Šł東😀`, encode: (text) => Buffer.from(text) },
  { name: 'utf-8 with mark', letters: `${LATIN}€Šł東😀`, encode: (text) => Buffer.from(`\ufeff${text}`) },
  { name: 'utf-16le with mark', letters: `${LATIN}€Šł東😀`, encode: (text) => utf16(`\ufeff${text}`) },
  { name: 'utf-16be with mark', letters: `${LATIN}€Šł東😀`, encode: (text) => utf16(`\ufeff${text}`).swap16() },
  { name: 'iso-8859-1', letters: LATIN, encode: (text) => Buffer.from(text, 'latin1') },
  {
    name: 'windows-1252',
    letters: `${LATIN}€ŠŽœ`,
    encode: (text) => Buffer.from(Array.from(text, (one) => WINDOWS[one] ?? one.charCodeAt(0))),
  },
  { name: 'utf-16le', letters: LATIN, encode: utf16, isKnown: false },
  {
    name: 'utf-32le with mark',
    letters: LATIN,
    encode: (text) => Buffer.from(Uint32Array.from(`\ufeff${text}`, (one) => one.codePointAt(0) ?? 0).buffer),
    isKnown: false,
  },
];

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  wave_id: ['WAVE_ID', 'wave id', 'Wave-ID'],
  pick_id: ['PICK_ID', 'pick_id', 'Pick ID'],
  order_id: ['ORDER_ID', 'Order-Id', 'order_id'],
  location_id: ['LOCATION_ID', 'location_id', 'Location Id'],
  quantity: ['QUANTITY', 'Quantity'],
  note: ['NOTE', 'Remark of ours'],
};

/** What an id or a number is now and then replaced by: nobody would mean it, or hardly. */
const ODD = [
  '#N/A',
  '#REF!',
  'NULL',
  '\\N',
  'None',
  'nan',
  'A\u200b01',
  '\u200eA01',
  "'A01",
  '4.50012E+15',
  'A\u000701',
  '####',
];
const FOOTERS = ['(3 rows affected)', '3 rows selected.', '(1 row)'];
const NOTES = ['', 'fragile', '3/4" valve', 'a "b" c', 'x, y; z', 'two\nlines', "it's", '  ', '5"'];

export function drawTable(random: Random, index: number): TableCase {
  const one = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  const chance = (part: number): boolean => random.next() < part;
  const did: string[] = [];
  const doing = (what: string, part: number): boolean => {
    const is = chance(part);
    if (is) did.push(what);
    return is;
  };

  const encoding = one(ENCODINGS);
  const isDrawn = doing('drawn', 0.1);
  const delimiter = isDrawn ? '|' : one([',', ';', '\t', '|']);
  const end = one(['\n', '\r\n', '\r']);
  const quoting = isDrawn ? 'never' : one(['always', 'needed', 'sometimes']);
  const hasBlanks = doing('blanks', 0.2);
  const guards = !isDrawn && doing('guards', 0.1);
  const fields = shuffled(
    ['pick_id', 'order_id', 'location_id', ...['wave_id', 'quantity', 'note'].filter(() => chance(0.6))],
    random,
  );
  let isOdd = false;

  const id = (start: string): string => {
    if (!chance(0.15)) return `${start}${random.below(900) + 100}`;
    return `${start}${one(Array.from(encoding.letters))}x${random.below(90)}`;
  };
  const valueOf = (field: string, row: number): string => {
    if (field !== 'pick_id' && field !== 'note' && doing(`odd ${field}`, 0.01)) {
      isOdd = true;
      return one(ODD);
    }
    if (field === 'wave_id') return `W${row % 2}7`;
    if (field === 'pick_id') return `P${index}-${String(row).padStart(2, '0')}`;
    if (field === 'order_id') return id('SO');
    if (field === 'location_id') return chance(0.02) ? '' : id(one(['A', 'B0', '0']));
    if (field === 'quantity') return chance(0.1) ? '' : String(random.below(50) + 1);
    const note = one(NOTES).replaceAll('\n', isDrawn ? ' ' : end);
    return isDrawn ? note.replaceAll(/["|]/g, '') : note;
  };
  const written = (text: string): string => {
    const isPlain = /^[\w-]+$/.test(text);
    if (guards && isPlain && chance(0.3)) return chance(0.5) ? `="${text}"` : `"=""${text}"""`;
    const needsQuotes = /[\r\n]/.test(text) || text.includes(delimiter) || text.startsWith('"');
    const isQuoted = quoting === 'always' || needsQuotes || (quoting === 'sometimes' && chance(0.3));
    const cell = isQuoted && quoting !== 'never' ? `"${text.replaceAll('"', '""')}"` : text;
    if (!hasBlanks) return cell;
    return `${' '.repeat(random.below(3))}${cell}${' '.repeat(random.below(3))}`;
  };
  const lineOf = (cells: readonly string[], surplus = ''): string =>
    isDrawn ? `|${cells.join('|')}|` : cells.join(delimiter) + surplus;

  const surplus = isDrawn || !doing('surplus', 0.1) ? '' : delimiter.repeat(random.below(2) + 1);
  const inHeader = surplus !== '' && chance(0.5);
  const header = lineOf(
    fields.map((field) => written(one(SPELLINGS[field] ?? [field]))),
    inHeader ? surplus : '',
  );
  const rule = isDrawn ? `|${fields.map(() => '-----').join('|')}|` : fields.map(() => '-----').join(delimiter);
  const lines = [header];
  if (isDrawn || doing('rule', 0.05)) lines.push(rule);
  const count = random.below(12) + 1;
  for (let row = 0; row < count; row += 1) {
    if (doing('empty line', 0.03)) lines.push(isDrawn || chance(0.5) ? '' : fields.map(() => '').join(delimiter));
    if (row > 0 && doing('joined', 0.02)) lines.push(header);
    lines.push(
      lineOf(
        fields.map((field) => written(valueOf(field, row))),
        inHeader && chance(1) ? '' : surplus,
      ),
    );
  }
  if (doing('footer', 0.04)) lines.push(one(FOOTERS));
  if (isDrawn && chance(0.5)) lines.push(rule);
  const declared = !isDrawn && doing('sep', 0.1) ? one([`sep=${delimiter}`, `"sep=${delimiter}"`]) + end : '';
  let table = lines.join(end) + (chance(0.7) ? end : '');
  const isCut = doing('cut', 0.1);
  if (isCut) {
    const from = header.length + 1;
    table = Array.from(table.slice(0, from + random.below(table.length - from)))
      .join('')
      .replace(/[\ud800-\udbff]$/, '');
  }
  const tail = isCut ? '' : doing('marks at the end', 0.05) ? one(['\u001a', '\0\0\0', `${end}\u001a`]) : '';

  const name = doing('text file', 0.1) ? 'w.txt' : 'w.csv';
  const rows = meantRows(declared + table, delimiter, fields, isDrawn);
  return {
    name,
    bytes: encoding.encode(declared + table + tail),
    recipe: [encoding.name, JSON.stringify(delimiter + end), quoting, ...did].join(', '),
    delimiter,
    rows,
    readable: encoding.isKnown === false ? 'never' : isOdd || isCut ? 'perhaps' : 'always',
  };
}

/** The rows below the header, by a regular expression; lines as editors count them. */
function meantRows(text: string, delimiter: string, fields: readonly string[], isDrawn: boolean): MeantRow[] {
  const records = recordsOf(text, delimiter).filter(({ cells }) => !/^\s*"?sep=/.test(cells[0] ?? ''));
  const bare = (cells: readonly string[]): readonly string[] =>
    isDrawn && cells.length > 2 ? cells.slice(1, -1) : cells;
  const [header, ...below] = records;
  const names = bare(header?.cells ?? []).map((cell) => cell.trim());
  const meant: MeantRow[] = [];
  let width: number | undefined;
  for (const { cells: all, line, isOpen } of below) {
    const cells = bare(all).map((cell) => cell.trim());
    if (all.every((cell) => cell.trim() === '') || /^[-|,;\t]+$/.test(all.join(''))) continue;
    if (names.join('\n').startsWith(cells.join('\n')) && names.length === cells.length) continue;
    const pick = Object.fromEntries(fields.map((field, at) => [field, withoutGuard(cells[at] ?? '')]));
    width ??= cells.length;
    const hasOuterBars = !isDrawn || (all.length > 2 && all[0] === '' && all.at(-1) === '');
    const isWhole = !isOpen && hasOuterBars && cells.length === width && width >= fields.length;
    const must = !isWhole || pick['location_id'] === '' ? 'reject' : isOddPick(pick) ? 'either' : 'send';
    meant.push({ line, must, pick });
    if (isOpen) break;
  }
  return meant;
}

function isOddPick(pick: Readonly<Record<string, string>>): boolean {
  const { note: _, ...read } = pick;
  // A file that is cut in the middle of a number of Excel's ends with another one.
  const isOdd = (value: string): boolean => ODD.includes(value) || /^4\.5\d*E\+\d$/.test(value);
  return Object.values(read).some(isOdd) || !/^\d*$/.test(pick['quantity'] ?? '');
}

function withoutGuard(cell: string): string {
  return /^="(.*)"$/s.exec(cell)?.[1] ?? cell;
}

interface TextRecord {
  readonly line: number;
  readonly cells: readonly string[];
  /** A quote in it is never closed. */
  readonly isOpen: boolean;
}

function recordsOf(text: string, delimiter: string): TextRecord[] {
  const separator = delimiter === '|' ? String.raw`\|` : delimiter;
  const blanks = delimiter === '\t' ? ' *' : '[ \t]*';
  const cell = new RegExp(
    `(?:${blanks}"((?:[^"]|"")*)"${blanks}|([^${separator}\r\n]*))(${separator}|\r\n|\r|\n|$)`,
    'y',
  );
  const records: TextRecord[] = [];
  let cells: string[] = [];
  let begin = 0;
  let isOpen = false;
  for (;;) {
    const found = cell.exec(text);
    if (found === null) throw new Error(`no cell at ${cell.lastIndex} of ${JSON.stringify(text)}`);
    const [, quoted, plain = '', after] = found;
    isOpen ||= quoted === undefined && plain.trimStart().startsWith('"');
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (after === delimiter) continue;
    records.push({ line: text.slice(0, begin).split(/\r\n|\r|\n/).length, cells, isOpen });
    if (after === '') return records;
    cells = [];
    begin = cell.lastIndex;
    isOpen = false;
    if (begin === text.length) return records;
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((value) => ({ value, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
