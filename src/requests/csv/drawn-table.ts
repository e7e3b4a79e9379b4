/** Recognizes tables drawn for people: rules of dashes, and bars around each row. */

/** `-----+-----`, `|:---|---:|`, `=====`: nothing but what lines are drawn with. */
const RULE = /^(?=[-=_+|:\s])(?=[-=_+|:,;\s]*[-=_]{3})[-=_+|:,;\s]+$|^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

/** Whether a line of text, without its line end, only draws the table. */
export function isRule(text: string): boolean {
  return RULE.test(text);
}

/** Whether the cells of a line have a bar before the first and one behind the last: `|a |b |` as Markdown, SAP and MySQL. */
export function hasOuterBars(cells: readonly string[], delimiter: string): boolean {
  return delimiter === '|' && cells.length > 2 && cells[0]?.trim() === '' && cells.at(-1)?.trim() === '';
}

/** Whether a line begins with one of the characters that boxes are drawn with. */
export function isBoxed(text: string): boolean {
  return /^\s*[\u2500-\u257f]/m.test(text);
}
