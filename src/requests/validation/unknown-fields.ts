/** Warnings about fields that no document names: one for each name, however many picks have it. */
import { foldedDistance, nearestWord } from '../../lib/text/did-you-mean.ts';
import type { Level } from '../schema.ts';
import type { FailureDetail } from '../../errors.ts';
import { GroupedWarnings } from '../grouped-warnings.ts';
import { type JsonMember, type JsonPath, placeOfName, pointerTo } from '../json/tree.ts';
import { visible } from '../../lib/text/look-alikes.ts';
import type { UnknownField } from './level-check.ts';

/** More names are counted, not listed. */
const MOST_NAMES = 20;

/** OptiPick has parameters that no document names: only names this close to a known one are reported. */
const TYPO_DISTANCE = 2;

export class UnknownFields {
  readonly #warnings = new GroupedWarnings();
  readonly #names = new Set<string>();
  #unnamed = 0;

  /** For requests and picks. */
  anywhere(level: Level): UnknownField {
    return (member, path) => this.#add(member, path, () => nearestWord(member.name.text, Object.keys(level.fields)));
  }

  /** For `parameters`. */
  likelyTypos(level: Level): UnknownField {
    return (member, path) => {
      const meant = nearestWord(member.name.text, Object.keys(level.fields));
      if (meant === undefined || foldedDistance(member.name.text, meant, TYPO_DISTANCE) > TYPO_DISTANCE) return;
      this.#add(member, path, () => meant);
    };
  }

  warnings(): FailureDetail[] {
    this.#warnings.settle(true);
    const details = this.#warnings.list();
    if (this.#unnamed === 0) return details;
    return [...details, { path: '', message: `${this.#unnamed} more unknown fields, sent as they are` }];
  }

  #add(member: JsonMember, path: JsonPath, meant: () => string | undefined): void {
    const key = `${path.length} ${member.name.text}`;
    if (this.#names.size === MOST_NAMES && !this.#names.has(key)) {
      this.#unnamed += 1;
      return;
    }
    this.#names.add(key);
    this.#warnings.add(key, () => ({
      path: pointerTo(path),
      place: placeOfName(member),
      message: (more) => wording(member, meant()) + more,
    }));
  }
}

function wording({ name: { text } }: JsonMember, meant: string | undefined): string {
  if (text === 'is_deleted') return '"is_deleted" is an internal field of OptiPick: better left out, sent as it is';
  const unknown = `unknown field "${visible(text)}"`;
  return meant === undefined ? `${unknown}: sent as it is` : `${unknown}, did you mean "${meant}"? Sent as it is`;
}
