/**
 * A text of more than `limit` characters cut to its first `length`, and `…`. No half of a surrogate pair and no blank
 * stands before it.
 */
export function truncate(text: string, length: number, limit = length): string {
  if (text.length <= limit) return text;
  return `${text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}
