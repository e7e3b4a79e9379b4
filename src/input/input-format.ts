/** What a file holds, by its name or else by its beginning. */
export const INPUT_FORMATS = ['json', 'csv', 'ndjson'] as const;

export type InputFormat = (typeof INPUT_FORMATS)[number];

const EXTENSIONS: Readonly<Record<string, InputFormat>> = {
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  csv: 'csv',
  tsv: 'csv',
};

/** `head`: the first characters of the file. What begins like JSON is JSON; anything with a line of headers is a table. */
export function formatOfInput(name: string, head: string): InputFormat {
  const extension = /\.([A-Za-z]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const named = EXTENSIONS[extension];
  if (named !== undefined) return named;
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('{')) return severalDocuments(text) ? 'ndjson' : 'json';
  // One word alone is a table of one column, if it is the one that a table cannot do without.
  const [line = ''] = text.split(/[\r\n]/, 1);
  const isTable = !text.startsWith('[') && (/[,;\t|]/.test(line) || /^"?location[\s_-]?id"?$/i.test(line.trim()));
  return isTable ? 'csv' : 'json';
}

/** Whether the first line is a document of its own and another one follows. */
function severalDocuments(text: string): boolean {
  const end = text.indexOf('\n');
  if (end === -1 || !text.slice(end).trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text.slice(0, end));
    return true;
  } catch {
    return false;
  }
}
