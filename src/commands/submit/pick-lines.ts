/** Names the rows in an error of the API, which knows a pick by its place in the request; people know it by its line. */
import { CliError, type FailureDetail, reworded } from '../../errors.ts';
import type { PickLine, SetEntry } from '../../requests/request-set.ts';

/** `/picks/3`, `picks.3`, `picks[3]`, `picks -> 3` */
const PICK = /\bpicks(?:[/.]|\[|\s*->\s*)(\d{1,9})(?!\d)/g;

/** The failure with the lines of the picks that it names, when the request was built from lines. */
export async function withPickLines(error: CliError, entry: SetEntry): Promise<CliError> {
  const texts = [error.message, ...error.details.flatMap(({ path, message }) => [path, message])];
  const named = new Set(texts.flatMap(picksIn));
  if (named.size === 0) return error;
  const lines = await linesOf(entry, named);
  if (lines.size === 0) return error;
  const placed = new Set<number>();
  const details = error.details.map((detail): FailureDetail => {
    const pick = [...picksIn(detail.path), ...picksIn(detail.message)].find((index) => lines.has(index));
    const line = pick === undefined ? undefined : lines.get(pick);
    if (pick === undefined || line === undefined) return detail;
    placed.add(pick);
    return { ...detail, place: line.place };
  });
  const others = [...lines].filter(([index]) => !placed.has(index));
  const more = others.map(([index, { pickId, place }]) => ({
    path: `/picks/${index}`,
    message: `the pick "${pickId}"`,
    place,
  }));
  return reworded(error, error.message, [...details, ...more]);
}

function picksIn(text: string): number[] {
  return [...text.matchAll(PICK)].map(([, index]) => Number(index));
}

async function linesOf(entry: SetEntry, picks: ReadonlySet<number>): Promise<ReadonlyMap<number, PickLine>> {
  try {
    return await entry.pickLines(picks);
  } catch (error) {
    // The temporary file is gone. The API's own error matters more.
    if (error instanceof CliError) return new Map();
    throw error;
  }
}
