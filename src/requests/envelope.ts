/** A request without its picks, for requests that are assembled pick by pick. */
import { withField, serialize } from './json/edit.ts';
import { parseJson } from './json/parser.ts';
import { createFlagSource, type Source } from './json/source.ts';
import { memberOf, textOf } from './json/tree.ts';
import { withOverrides } from './request.ts';
import type { SetBuilder } from './set-builder.ts';
import { checkIds, createIdCheck } from './validation/id-check.ts';
import { validateRequest } from './validation/validation.ts';

/** A field of the request that the input gives. */
export interface RequestField {
  readonly name: string;
  /** Its value. */
  readonly json: string;
  /** Where it was found. Asked for when there is an error. */
  readonly place: () => string;
}

export interface RequestEnvelope {
  /** `{"wave_id":"W1","site_name":"Example","picks":[`: the picks and {@link ENVELOPE_END} make it whole. */
  readonly start: string;
  readonly siteName: string;
}

export const ENVELOPE_END = ']}';

/**
 * Makes the envelopes of one input. Errors and warnings are added to the set, those of fields that all requests share
 * once. The overrides are checked here, the given fields by whoever reads them.
 */
export function createEnvelopes({ kind, overrides, allowed, errors, warnings }: SetBuilder) {
  const { site, start, end, wave, params } = overrides;
  const checked = new Set<string>();
  const anyPicks = createFlagSource('', '[{"pick_id":"p","location_id":"l","order_id":"o"}]');

  function checkOverrides(): void {
    const ids = createIdCheck(allowed);
    const given = withOverrides(parseJson(createFlagSource('', '{}')), { site, start, end, wave });
    for (const member of given.root.type === 'object' ? given.root.members : []) {
      checkIds(member, { path: [], isRequired: true }, ids, errors);
    }
    ids.warnings.settle(true);
    warnings.push(...ids.warnings.list());
  }

  /** `place` is where a field is missing from. The overrides win, but for the wave, which is a field here. */
  return function makeEnvelope(fields: readonly RequestField[], place: () => string): RequestEnvelope {
    const tree = withOverrides(parseJson(sourceOf(fields, place)), { site, start, end, params });
    // Requests of a thousand waves differ in the wave, which may be any text.
    const key = fields.map(({ name, json }) => (name === 'wave_id' ? '' : `${name}:${json}`)).join('\n');
    if (checked.size === 0) checkOverrides();
    if (!checked.has(key)) {
      const found = validateRequest(kind, withField(tree, ['picks'], anyPicks));
      errors.addAll(found.errors);
      if (checked.size === 0) warnings.push(...found.warnings);
      checked.add(key);
    }
    const open = new TextDecoder().decode(serialize(tree)).slice(0, -1);
    return {
      start: `${open}${open === '{' ? '' : ','}"picks":[`,
      siteName: textOf(memberOf(tree.root, 'site_name')?.value) ?? '',
    };
  };
}

/** A JSON object of the fields, which places its characters where the fields were found. */
function sourceOf(fields: readonly RequestField[], place: () => string): Source {
  const starts: { readonly at: number; readonly field: RequestField }[] = [];
  let text = '{';
  for (const field of fields) {
    if (text.length > 1) text += ',';
    starts.push({ at: text.length, field });
    text += `${JSON.stringify(field.name)}:${field.json}`;
  }
  return {
    name: '',
    text: `${text}}`,
    place: (offset) => (starts.findLast(({ at }) => at <= offset)?.field.place ?? place)(),
  };
}
