/** Names the rows in an error of the API, which knows a pick by its place in the request; people know it by its line. */
import { CliError, type FailureDetail, reworded } from '../../errors.ts';
import { counted } from '../../lib/text/numbers.ts';
import { readRequestDetails, type RequestDetails } from '../../requests/details.ts';
import type { SetEntry } from '../../requests/request-set.ts';

/** `/picks/3`, `picks.3`, `picks[3]`, `picks -> 3` */
const PICK = /\bpicks(?:[/.]|\[|\s*->\s*)(\d{1,9})(?!\d)/g;

/**
 * The failure with the lines of the picks that it names, when the request was built from lines. Locations that the API
 * does not know are named together, with the first line.
 */
export async function withPickLines(error: CliError, entry: SetEntry): Promise<CliError> {
  if (error.failure !== 'refused') return withPlaces(error, entry);
  return withUnknownLocations(await withPlaces(await withPicks(error, entry), entry), entry);
}

/** A location that is named without the pick. */
const BARE = /\blocations?\b[^:"]*: "?([^",]+)"?$/i;

/** Where all that the API said are names of locations, the picks that have them; as it is when a name is no pick's. */
async function withPicks(error: CliError, entry: SetEntry): Promise<CliError> {
  const { details, message } = error;
  const texts = details.length === 0 ? [message] : details.map(({ path, message: text }) => (path === '' ? text : ''));
  if (!texts.every((text) => BARE.test(text) && UNKNOWN.test(text))) return error;
  const missing = new Set(texts.map((text) => BARE.exec(text)?.[1]));
  const body = await read(() => entry.body());
  if (body === undefined) return error;
  const found = new Set<string>();
  const picks = readRequestDetails(body).picks.flatMap(({ locations }, pick) =>
    locations.flatMap((name, alternative) => {
      if (!missing.has(name)) return [];
      found.add(name);
      const path = `/picks/${pick}/location_id${locations.length > 1 ? `/${alternative}` : ''}`;
      return [{ path, message: `Location not found: "${name}"` }];
    }),
  );
  return found.size === missing.size ? reworded(error, { details: picks }) : error;
}

async function withPlaces(error: CliError, entry: SetEntry): Promise<CliError> {
  const texts = [error.message, ...error.details.flatMap(({ path, message }) => [path, message])];
  const named = new Set(texts.flatMap(picksIn));
  if (named.size === 0) return error;
  const lines = await read(() => entry.pickLines(named));
  if (lines === undefined || lines.size === 0) return error;
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
  return reworded(error, { details: [...details, ...more] });
}

function picksIn(text: string): number[] {
  return [...text.matchAll(PICK)].map(([, index]) => Number(index));
}

/** A location of a pick, or one of its alternatives. */
const LOCATION = /^\/picks\/(\d{1,9})\/location_id(?:\/(\d{1,9}))?$/;

/** How the API words it is not documented. */
const UNKNOWN = /not found|unknown|not known|no such|does(?: not|n't) exist/i;

/** So many locations are named; `--all` lists the picks one by one. */
const NAMED = 8;

async function withUnknownLocations(error: CliError, entry: SetEntry): Promise<CliError> {
  const unknown = error.details.filter(({ path, message }) => LOCATION.test(path) && UNKNOWN.test(message));
  const [first] = unknown;
  if (first === undefined) return error;
  const body = await read(() => entry.body());
  if (body === undefined) return error;
  const request = readRequestDetails(body);
  const names = [...new Set(unknown.flatMap((detail) => locationsOf(detail, request)))];
  if (names.length === 0) return error;
  const summary = unknownLocations(names, unknown.length, request.siteName, first);
  const details = error.details.map((detail) => (unknown.includes(detail) ? { ...detail, summary } : detail));
  if (unknown.length < details.length) return reworded(error, { details });
  const hint = error.hint ?? 'check the spelling of the locations, and whether --site names their site';
  return reworded(error, { message: summary, details, hint });
}

/** `the API does not know 78 locations at site "Example" (101 picks): E15, B13, ... (first: aalst.csv:2)` */
function unknownLocations(
  names: readonly string[],
  picks: number,
  site: string | undefined,
  { path, place = path }: FailureDetail,
): string {
  const at = site === undefined ? '' : ` at site "${site}"`;
  const [only] = names;
  if (names.length === 1 && picks === 1) return `the API does not know the location "${only}"${at} (${place})`;
  const shown = [...names.slice(0, NAMED), ...(names.length > NAMED ? ['...'] : [])].join(', ');
  return `the API does not know ${counted(names.length, 'location')}${at} (${counted(picks, 'pick')}): ${shown} (first: ${place})`;
}

/** Of alternatives those that the API names. */
function locationsOf({ path, message }: FailureDetail, { picks }: RequestDetails): readonly string[] {
  const [, pick = '', alternative] = LOCATION.exec(path) ?? [];
  const locations = picks[Number(pick)]?.locations ?? [];
  if (alternative !== undefined) return locations.slice(Number(alternative), Number(alternative) + 1);
  const named = locations.filter((location) => message.includes(location));
  return named.length > 0 ? named : locations;
}

/** `undefined` when the temporary file is gone: the API's own error matters more. */
async function read<T>(from: () => Promise<T>): Promise<T | undefined> {
  try {
    return await from();
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
