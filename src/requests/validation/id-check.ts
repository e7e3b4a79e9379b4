/** Finds ids that are placeholders, or that look like other ids: a schema cannot. */
import type { ErrorList } from '../error-list.ts';
import { type JsonMember, type JsonNode, type JsonPath, placeOf, pointerTo, stringOf } from '../json/tree.ts';
import { ASCII, odditiesOf, visible } from '../../lib/text/look-alikes.ts';
import { GroupedWarnings } from '../grouped-warnings.ts';
import { createPickIds } from './pick-ids.ts';
import { idProblem, MAY_BE_NONE } from './placeholders.ts';

/** The ids of one input. */
export type IdCheck = ReturnType<typeof createIdCheck>;

/** Ids that were found to be fine are remembered, since they are repeated. */
const MOST_KNOWN = 10_000;

const NFC = 1;
const NFD = 2;

/** The same check for an object at `pointer` in its document. */
export function idsUnder(pointer: string, ids: IdCheck): IdCheck {
  const inspect: IdCheck['inspect'] = (id, at) => ids.inspect(id, () => ({ ...at(), path: pointer + at().path }));
  return { ...ids, inspect };
}

/** `allowed` are the values of `--allow-value`. */
export function createIdCheck(allowed: ReadonlySet<string>) {
  const warnings = new GroupedWarnings();
  const forms = createPickIds();
  const known = new Set<string>();

  /** Whether the same id was found before in other code points: `ü`, or `u` and a diaeresis. */
  function hasOtherForm(id: string): boolean {
    const composed = id.normalize('NFC');
    if (composed === id && id.normalize('NFD') === id) return false;
    const form = composed === id ? NFC : NFD;
    return (forms.add(0, composed, form) ?? form) !== form;
  }

  return {
    allowed,
    warnings,
    /** Warns of an id that looks like another. */
    inspect(id: string, at: () => { readonly path: string; readonly place: string }): void {
      if (ASCII.test(id) || known.has(id) || allowed.has(id)) return;
      const oddities = odditiesOf(id);
      for (const { kind, words } of oddities) {
        warnings.add(kind, () => ({ ...at(), message: (more) => `"${visible(id)}" ${words}: sent as it is${more}` }));
      }
      const isSecond = hasOtherForm(id);
      if (isSecond) {
        const words = 'stands in this file in two spellings that look the same (Unicode NFC and NFD)';
        warnings.add(words, () => ({
          ...at(),
          message: (more) => `"${visible(id)}" ${words}: sent as two ids${more}`,
        }));
      }
      if (oddities.length === 0 && !isSecond && known.size < MOST_KNOWN) known.add(id);
    },
  };
}

/** Ids that match this one test get a closer look. */
const MAY_BE_ODD = new RegExp(String.raw`^(?:${MAY_BE_NONE})|[^ -~]`);

/** Checks the text, or the texts of the list, that a field of the object at `path` holds. Its schema accepts it. */
export function checkIds(
  { name, value }: JsonMember,
  { path, isRequired }: { readonly path: JsonPath; readonly isRequired: boolean },
  ids: IdCheck,
  errors: ErrorList,
): void {
  const check = (node: JsonNode, ...index: number[]): void => {
    const text = node.type === 'string' ? stringOf(node) : '';
    if (node.type !== 'string' || !MAY_BE_ODD.test(text)) return;
    const at = () => ({ path: pointerTo([...path, name.text, ...index]), place: placeOf(node) });
    const problem = idProblem(text, ids.allowed, isRequired ? 'write the real one' : 'leave the field out');
    if (problem === undefined) ids.inspect(text, at);
    else errors.add(() => ({ ...at(), message: problem }));
  };
  if (value.type === 'array') for (const [index, item] of value.items.entries()) check(item, index);
  else check(value);
}
