/** What the schema of a request cannot say of its ids: that one is none, or looks like another. */
import type { FaultList } from '../fault-list.ts';
import { type JsonMember, type JsonNode, type JsonPath, placeOf, pointerTo, stringOf } from '../json/tree.ts';
import { ASCII, odditiesOf, visible } from '../../lib/text/look-alikes.ts';
import { createNotes, type Notes } from '../notes.ts';
import { createPickIds } from './pick-ids.ts';
import { idSlip, MAY_BE_NONE } from './placeholders.ts';

/** Of one input. */
export interface IdCheck {
  /** The values of `--allow-value`. */
  readonly allowed: ReadonlySet<string>;
  readonly notes: Notes;
  /** Notes an id that looks like another. */
  look(id: string, at: () => { readonly path: string; readonly place: string }): void;
}

/** Ids that were found to look like no other, which come again and again. */
const MOST_KNOWN = 10_000;

const NFC = 1;
const NFD = 2;

/** For an object that stands at `pointer` in its document. */
export function idsUnder(pointer: string, ids: IdCheck): IdCheck {
  const look: IdCheck['look'] = (id, at) => ids.look(id, () => ({ ...at(), path: pointer + at().path }));
  return { ...ids, look };
}

export function createIdCheck(allowed: ReadonlySet<string>): IdCheck {
  const notes = createNotes();
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
    notes,
    look(id, at) {
      if (ASCII.test(id) || known.has(id) || allowed.has(id)) return;
      const oddities = odditiesOf(id);
      for (const { kind, words } of oddities) {
        notes.add(kind, () => ({ ...at(), message: (more) => `"${visible(id)}" ${words}: sent as it is${more}` }));
      }
      const isSecond = hasOtherForm(id);
      if (isSecond) {
        const words = 'stands in this file in two spellings that look the same (Unicode NFC and NFD)';
        notes.add(words, () => ({ ...at(), message: (more) => `"${visible(id)}" ${words}: sent as two ids${more}` }));
      }
      if (oddities.length === 0 && !isSecond && known.size < MOST_KNOWN) known.add(id);
    },
  };
}

/** What does not pass this one test is looked at. */
const MAY_BE_ODD = new RegExp(String.raw`^(?:${MAY_BE_NONE})|[^ -~]`);

/** Checks the text, or the texts of the list, that a field of the object at `path` holds. Its schema accepts it. */
export function checkIds(
  { name, value }: JsonMember,
  { path, isRequired }: { readonly path: JsonPath; readonly isRequired: boolean },
  ids: IdCheck,
  faults: FaultList,
): void {
  const check = (node: JsonNode, ...index: number[]): void => {
    const text = node.type === 'string' ? stringOf(node) : '';
    if (node.type !== 'string' || !MAY_BE_ODD.test(text)) return;
    const at = () => ({ path: pointerTo([...path, name.text, ...index]), place: placeOf(node) });
    const slip = idSlip(text, ids.allowed, isRequired ? 'write the real one' : 'leave the field out');
    if (slip === undefined) ids.look(text, at);
    else faults.add(() => ({ ...at(), message: slip }));
  };
  if (value.type === 'array') for (const [index, item] of value.items.entries()) check(item, index);
  else check(value);
}
