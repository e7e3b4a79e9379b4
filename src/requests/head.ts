/** What stands before the picks in a request that is put together pick by pick. */
import { checkIds, createIdCheck } from './validation/id-check.ts';
import { serialise, withField } from './json/edit.ts';
import { parseJson } from './json/parser.ts';
import { memberOf, stringOf } from './json/tree.ts';
import { withOverrides } from './request.ts';
import type { SetBuilder } from './set-builder.ts';
import { createFlagSource, type Source } from './json/source.ts';
import { validateRequest } from './validation/validation.ts';

export interface WholeField {
  readonly name: string;
  /** Its value. */
  readonly json: string;
  /** Where it was found. Asked for when there is a fault. */
  readonly place: () => string;
}

export interface RequestHead {
  /** `{"wave_id":"W1","site_name":"Example","picks":[`: the picks and `]}` make it whole. */
  readonly text: string;
  readonly siteName: string;
}

export const HEAD_END = ']}';

/** Heads of one input: what is wrong with the fields they share is told once. */
export interface RequestHeads {
  /** `place` is where a field is missing from. The overrides win; a wave in them does not count here. */
  make(fields: readonly WholeField[], place: () => string): RequestHead;
}

/** Faults and warnings are added to the set. The fields given are checked by whoever reads them, the overrides here. */
export function createRequestHeads({ kind, overrides, allowed, faults, warnings }: SetBuilder): RequestHeads {
  const { site, start, end, wave, params } = overrides;
  const checked = new Set<string>();
  const aPick = createFlagSource('', '[{"pick_id":"p","location_id":"l","order_id":"o"}]');

  function checkOverrides(): void {
    const ids = createIdCheck(allowed);
    const given = withOverrides(parseJson(createFlagSource('', '{}')), { site, start, end, wave });
    for (const member of given.root.type === 'object' ? given.root.members : []) {
      checkIds(member, { path: [], isRequired: true }, ids, faults);
    }
    ids.notes.settle(true);
    warnings.push(...ids.notes.warnings());
  }

  return {
    make(fields, place) {
      const tree = withOverrides(parseJson(sourceOf(fields, place)), { site, start, end, params });
      // Requests of a thousand waves differ in the wave, which is any text.
      const key = fields.map(({ name, json }) => (name === 'wave_id' ? '' : `${name}:${json}`)).join('\n');
      if (checked.size === 0) checkOverrides();
      if (!checked.has(key)) {
        const found = validateRequest(kind, withField(tree, ['picks'], aPick));
        faults.addAll(found.faults);
        if (checked.size === 0) warnings.push(...found.warnings);
        checked.add(key);
      }
      const whole = new TextDecoder().decode(serialise(tree)).slice(0, -1);
      const siteName = memberOf(tree.root, 'site_name')?.value;
      return {
        text: `${whole}${whole === '{' ? '' : ','}"picks":[`,
        siteName: siteName?.type === 'string' ? stringOf(siteName) : '',
      };
    },
  };
}

/** A JSON object of the fields, whose places are theirs. */
function sourceOf(fields: readonly WholeField[], place: () => string): Source {
  const starts: { readonly at: number; readonly field: WholeField }[] = [];
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
