/** What a person sees of what was written to a terminal. */

/**
 * The lines that are left, with those that have scrolled away; colors stay in them. Knows what `src/output` uses (up, and erase
 * below), and what spinners do: back to the first column, to write the line anew.
 */
export function screenOf(written: string): readonly string[] {
  const lines: string[] = [''];
  let row = 0;
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  for (const part of written.match(/\u001b\[[?\d]*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g) ?? []) {
    if (part === '\n') {
      row += 1;
      if (row === lines.length) lines.push('');
    } else if (part === '\r' || part === '\u001b[1G') lines[row] = '';
    else if (/^\u001b\[\d*A$/.test(part)) row = Math.max(0, row - Number(part.slice(2, -1) || 1));
    else if (part === '\u001b[J') lines.splice(row, lines.length, '');
    else if (/^\u001b\[(?:\?\d+[hl]|0K)$/.test(part)) continue;
    else if (part.startsWith('\u001b') && !part.endsWith('m'))
      throw new Error(`the terminal of the tests does not know ${JSON.stringify(part)}`);
    else lines[row] = `${lines[row] ?? ''}${part}`;
  }
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
