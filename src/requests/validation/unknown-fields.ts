/** Warnings about fields that no document names: one for each name, however many picks have it. */
import { foldedDistance, nearestWord } from '../../lib/text/did-you-mean.ts';
import type { Level } from '../schema.ts';
import type { FailureDetail } from '../../errors.ts';
import { type JsonMember, type JsonPath, placeOfName, pointerTo } from '../json/tree.ts';
import { visible } from '../../lib/text/look-alikes.ts';
import type { UnknownField } from './level-check.ts';

/** More names are counted, not listed. */
const MOST_NAMES = 20;

/** OptiPick has parameters that no document names: only names this close to a known one are reported. */
const TYPO_DISTANCE = 2;

interface Unknown {
  readonly detail: FailureDetail;
  count: number;
}

export interface UnknownFields {
  /** For requests and picks. */
  anywhere(level: Level): UnknownField;
  /** For `parameters`. */
  likelyTypos(level: Level): UnknownField;
  warnings(): FailureDetail[];
}

export function createUnknownFields(): UnknownFields {
  const seen = new Map<string, Unknown>();
  let unnamed = 0;

  function note(key: string, member: JsonMember, path: JsonPath, meant: () => string | undefined): void {
    const known = seen.get(key);
    if (known !== undefined) {
      known.count += 1;
    } else if (seen.size === MOST_NAMES) {
      unnamed += 1;
    } else {
      seen.set(key, {
        detail: { ...wording(member, meant()), path: pointerTo(path), place: placeOfName(member) },
        count: 1,
      });
    }
  }

  return {
    anywhere: (level) => (member, path) => {
      const name = member.name.text;
      note(`${path.length} ${name}`, member, path, () => nearestWord(name, Object.keys(level.fields)));
    },
    likelyTypos: (level) => (member, path) => {
      const meant = nearestWord(member.name.text, Object.keys(level.fields));
      if (meant === undefined || foldedDistance(member.name.text, meant, TYPO_DISTANCE) > TYPO_DISTANCE) return;
      note(`${path.length} ${member.name.text}`, member, path, () => meant);
    },
    warnings() {
      const details = [...seen.values()].map(inAll);
      if (unnamed > 0) details.push({ path: '', message: `${unnamed} more unknown fields, sent as they are` });
      return details;
    },
  };
}

function inAll({ detail, count }: Unknown): FailureDetail {
  return count === 1 ? detail : { ...detail, message: `${detail.message}, also in ${count - 1} more` };
}

function wording({ name: { text } }: JsonMember, meant: string | undefined): { message: string } {
  if (text === 'is_deleted') {
    return { message: '"is_deleted" is an internal field of OptiPick: better left out, sent as it is' };
  }
  const unknown = `unknown field "${visible(text)}"`;
  if (meant === undefined) return { message: `${unknown}: sent as it is` };
  return { message: `${unknown}, did you mean "${meant}"? Sent as it is` };
}
