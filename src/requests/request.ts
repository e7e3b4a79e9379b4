/** From a parsed request to the exact bytes that are sent. */
import type { Kind } from '../kinds.ts';
import { CliError } from '../errors.ts';
import type { ErrorList } from './error-list.ts';
import type { IdCheck } from './validation/id-check.ts';
import { inField, serialize, withField } from './json/edit.ts';
import { type JsonTree, memberOf, textOf } from './json/tree.ts';
import { parameterSource } from './json/parameter.ts';
import { createFlagSource } from './json/source.ts';
import { validateRequest, type Validation } from './validation/validation.ts';

/** Fields of the command line, which replace those of the file. */
export interface Overrides {
  readonly site?: string | undefined;
  /** One place is sent as a text, several as a list; none changes nothing. */
  readonly start?: readonly string[] | undefined;
  readonly end?: readonly string[] | undefined;
  readonly wave?: string | undefined;
  /** Key and JSON text of `parameters.<key>`; of the same key the last wins. */
  readonly params?: readonly (readonly [key: string, json: string])[] | undefined;
}

/** A request ready to be sent. */
export interface PreparedRequest {
  /** Compact JSON in UTF-8; names, order and scalars as the file has them. */
  readonly body: Uint8Array;
  readonly request: {
    readonly siteName: string;
    readonly waveId: string | undefined;
    /** How many. */
    readonly picks: number;
  };
}

export interface CheckedRequest extends Validation {
  /** To be called when there are no errors. */
  readonly prepared: () => PreparedRequest;
}

/**
 * Puts the overrides over a parsed request and checks the whole. A list of picks becomes a request when the site is
 * given. What is odd about its ids goes to `ids`. Throws `CliError` `usage` (`invalid_parameter`) for a parameter that is
 * not JSON.
 */
export function checkRequest(kind: Kind, parsed: JsonTree, overrides: Overrides, ids: IdCheck): CheckedRequest {
  const tree = withOverrides(parsed, overrides);
  const { errors, warnings } = validateRequest(kind, tree, ids);
  ids.warnings.settle(errors.count === 0);
  return { errors, warnings, prepared: () => ({ body: serialize(tree), request: factsOf(tree) }) };
}

/** All errors of an input as one failure; `what` says of what: `picks.json is not a valid route request`. */
export function invalidRequest(
  what: string,
  errors: ErrorList,
  hint = 'nothing was sent: fix the file and run the command again',
): CliError {
  const listed = errors.details.length;
  const count = errors.count === 1 ? 'one error' : `${errors.count} errors`;
  const cut = listed < errors.count ? `, the first ${listed} are listed` : '';
  return new CliError('usage', `${what}: ${count}${cut}`, { code: 'invalid_request', hint, details: errors.details });
}

export function withOverrides(file: JsonTree, { site, start, end, wave, params }: Overrides): JsonTree {
  let tree = file.root.type === 'array' && site !== undefined ? inField('picks', file) : file;
  // Nothing can be set in it, and the validation reports it.
  if (tree.root.type !== 'object') return tree;
  const set = (field: string, flag: string, value: unknown): void => {
    tree = withField(tree, [field], createFlagSource(flag, JSON.stringify(value)));
  };
  if (site !== undefined) set('site_name', '--site', site);
  if (start !== undefined && start.length > 0) set('start_points', '--start', start.length === 1 ? start[0] : start);
  if (end !== undefined && end.length > 0) set('end_points', '--end', end.length === 1 ? end[0] : end);
  if (wave !== undefined) set('wave_id', '--wave', wave);
  const parameters = memberOf(tree.root, 'parameters')?.value.type ?? 'null';
  for (const [key, json] of params ?? []) {
    const value = parameterSource(key, json);
    if (parameters === 'object' || parameters === 'null') tree = withField(tree, ['parameters', key], value);
  }
  return tree;
}

function factsOf({ root }: JsonTree): PreparedRequest['request'] {
  const picks = memberOf(root, 'picks')?.value;
  return {
    siteName: textOf(memberOf(root, 'site_name')?.value) ?? '',
    waveId: textOf(memberOf(root, 'wave_id')?.value),
    picks: picks?.type === 'array' ? picks.items.length : 0,
  };
}
