/** What was written to a terminal as an SVG: a window with its own colors, so that it suits light and dark pages. */
import { escapeHtml } from '../src/lib/text/html.ts';

const CELL = 8.4;
const LINE = 20;
const TOP = 62;
const LEFT = 24;

/** The lines may hold colors (`\u001b[36m`); each is at most `columns` wide. */
export function terminalPicture(lines: readonly string[], columns: number, about: string): string {
  const width = Math.ceil(columns * CELL + 2 * LEFT);
  const height = TOP + lines.length * LINE + 8;
  const rows = lines.map((line, index) => row(line, TOP + index * LINE)).filter((text) => text !== '');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(about)}">
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #eceae6; white-space: pre; }
.bold { font-weight: 700; } .dim { fill: #a9a59d; } .green { fill: #7ddb8f; } .cyan { fill: #4fd1b5; } .yellow { fill: #f0b95a; } .red { fill: #ff8f85; }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="#14161a" stroke="#363b44"/>
<circle cx="24" cy="22" r="6" fill="#ff6058"/><circle cx="44" cy="22" r="6" fill="#ffbd2e"/><circle cx="64" cy="22" r="6" fill="#28c840"/>
${rows.join('\n')}
</svg>
`;
}

/** Each piece of one style at its own column and as wide as its cells, whatever the font of the reader. */
function row(line: string, y: number): string {
  const styles = new Set<string>();
  let column = 0;
  let text = '';
  // oxlint-disable-next-line no-control-regex -- the colors are what it is about
  for (const part of line.match(/\u001b\[\d*m|[^\u001b]+/g) ?? []) {
    if (part.startsWith('\u001b')) {
      apply(Number(part.slice(2, -1)), styles);
      continue;
    }
    if (part.trim() !== '') {
      const style = styles.size === 0 ? '' : ` class="${[...styles].join(' ')}"`;
      const [blanks = ''] = /^ */.exec(part) ?? [];
      const words = part.trim();
      const x = (LEFT + (column + blanks.length) * CELL).toFixed(1);
      text += `<text x="${x}" y="${y}" textLength="${(words.length * CELL).toFixed(1)}"${style}>${escapeHtml(words)}</text>`;
    }
    column += part.length;
  }
  return text;
}

const COLORS: Readonly<Record<number, string>> = { 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };

function apply(code: number, styles: Set<string>): void {
  const color = COLORS[code];
  if (color !== undefined) styles.add(color);
  else if (code === 39) for (const each of Object.values(COLORS)) styles.delete(each);
  else if (code === 1) styles.add('bold');
  else if (code === 2) styles.add('dim');
  else if (code === 22) for (const each of ['bold', 'dim']) styles.delete(each);
  else if (code === 0) styles.clear();
  else throw new Error(`the picture knows no style ${code}`);
}
