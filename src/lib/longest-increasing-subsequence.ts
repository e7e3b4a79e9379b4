/**
 * The positions of the longest increasing subsequence of different numbers: what stays in place when one order is
 * turned into another. Patience sorting: n log n.
 */
export function longestIncreasingSubsequence(values: readonly number[]): readonly number[] {
  /** Position of the smallest value that ends an ascending run of length `index + 1`. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  for (const [position, value] of values.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    previous.push(ends[low - 1]);
    ends[low] = position;
  }
  const run: number[] = [];
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) run.push(at);
  return run.reverse();
}
