import type { AnswerBudget } from './limit.ts';
import type { InvalidPickGroup } from './answer.ts';
import type { ItemsPlan } from './json-splitter.ts';
import type { Redact } from '../settings/redaction.ts';
import { fieldOf, placeOf, textOf } from '../lib/json/loose-fields.ts';

/** As many as a person needs to recognise what is wrong. */
const EXAMPLES = 3;

/** Takes the answer's `invalid_picks`, grouped by reason, the most frequent reason first. */
export function createInvalidPicks(
  redact: Redact,
  budget: AnswerBudget,
): { readonly plan: ItemsPlan; groups(): InvalidPickGroup[] } {
  let groups = new Map<string, { readonly reason: string; count: number; readonly examples: string[] }>();
  const newGroup = (reason: string) => {
    const group = { reason, count: 0, examples: [] as string[] };
    budget.object();
    budget.text(reason);
    groups.set(reason, group);
    return group;
  };
  return {
    plan: {
      take: 'items',
      item: {
        take: 'whole',
        value(pick) {
          const reason = redact(textOf(fieldOf(pick, 'reason')) ?? 'no reason given');
          const group = groups.get(reason) ?? newGroup(reason);
          group.count += 1;
          if (group.examples.length === EXAMPLES) return;
          const example = redact(exampleOf(pick));
          budget.text(example);
          group.examples.push(example);
        },
      },
      begin() {
        groups = new Map();
      },
    },
    groups: () => [...groups.values()].sort((one, other) => other.count - one.count),
  };
}

function exampleOf(pick: unknown): string {
  const id = textOf(fieldOf(pick, 'pick_id')) ?? '?';
  const place = placeOf(pick);
  return place === undefined ? id : `${id} (${place})`;
}
