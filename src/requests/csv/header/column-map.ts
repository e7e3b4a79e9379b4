/** Parses `--map field=Column`. */
import type { Kind } from '../../../kinds.ts';
import { nearestWord } from '../../../lib/text/did-you-mean.ts';
import { REQUEST_SCHEMAS } from '../../schema.ts';
import { CliError } from '../../../errors.ts';
import { tableFields } from '../fields.ts';

/** Column by field, as the command line has them. */
export type ColumnMap = ReadonlyMap<string, string>;

/** Throws `CliError` `usage` (`invalid_map`) for what is not a pair, an unknown field, and a field given twice. */
export function parseColumnMap(kind: Kind, pairs: readonly string[]): ColumnMap {
  const fields = tableFields(kind).map(({ name }) => name);
  const tolerated: readonly string[] = REQUEST_SCHEMAS[kind].pick.tolerated;
  const map = new Map<string, string>();
  for (const pair of pairs.flatMap((text) => splitPairs(text, [...fields, ...tolerated]))) {
    const at = pair.indexOf('=');
    const field = pair.slice(0, at).trim();
    const column = pair.slice(at + 1).trim();
    if (at === -1 || field === '' || column === '') {
      throw invalid(
        `--map ${pair} is not of the form field=column`,
        'for example: --map location_id=Bin, or --map pick_id="Line No"',
      );
    }
    // An export serves both kinds: a column that only the other kind knows is not sent.
    if (tolerated.includes(field)) continue;
    if (!fields.includes(field)) {
      const meant = nearestWord(field, fields);
      throw invalid(
        `--map ${pair}: "${field}" is no field of a ${kind} request${meant === undefined ? '' : `, did you mean "${meant}"?`}`,
        `the fields are ${fields.join(', ')}`,
      );
    }
    const before = map.get(field);
    if (before !== undefined) {
      throw invalid(`--map gives the field "${field}" twice: "${before}" and "${column}"`, 'give one column a field');
    }
    map.set(field, column);
  }
  return map;
}

/** `a=X,b=Y` is two pairs where `b` is a field; another comma belongs to the name of a column. */
function splitPairs(text: string, fields: readonly string[]): readonly string[] {
  const pairs: string[] = [];
  for (const part of text.split(',')) {
    const field = part.slice(0, Math.max(0, part.indexOf('='))).trim();
    if (pairs.length === 0 || fields.includes(field)) pairs.push(part);
    else pairs.push(`${pairs.pop() ?? ''},${part}`);
  }
  return pairs;
}

function invalid(message: string, hint: string): CliError {
  return new CliError('usage', message, { code: 'invalid_map', hint });
}
