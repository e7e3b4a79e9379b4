/** Every pick once and only once, none invented, each as it was sent. */
import type { PickDetail } from '../details.ts';
import type { FindingList } from './finding.ts';
import type { Kind } from '../../kinds.ts';
import { numberOf, textOf } from '../../lib/json/loose-fields.ts';
import type { PickMatch } from './pick-match.ts';
import type { RequestDetails, RequestPick } from '../../requests/details.ts';

export function auditPicks(kind: Kind, request: RequestDetails, match: PickMatch, found: FindingList): void {
  for (const pick of match.missing) found.add('missing_pick', named(pick));
  const invalidIds = new Set(match.invalid.map(({ answered }) => answered.pickId));
  // A rule that rewrites names may show in the answer, too: then no name is certainly wrong.
  const hasRules =
    Array.isArray(request.parameters['location_regex']) && request.parameters['location_regex'].length > 0;
  for (const { answered, sent, isRepeat } of match.picks) {
    if (sent === undefined) {
      found.add('invented_pick', named(answered));
      continue;
    }
    if (isRepeat) continue;
    if (match.repeated.has(answered.pickId)) found.add('repeated_pick', named(answered));
    if (invalidIds.has(answered.pickId)) found.add('used_invalid_pick', named(answered));
    const change = changeOf(sent, answered);
    if (change !== undefined) found.add('changed_pick', `${named(answered)}: ${change}`);
    const place = hasRules ? undefined : foreignPlace(kind, sent, answered);
    if (place !== undefined) found.add('wrong_location', `${named(answered)}: ${place}`);
  }
  const seen = new Set<string>();
  for (const { answered, sent } of match.invalid) {
    if (sent === undefined) found.add('invented_pick', `${named(answered)}, among the invalid picks`);
    else if (seen.has(answered.pickId)) found.add('repeated_pick', `${named(answered)}, among the invalid picks`);
    seen.add(answered.pickId);
  }
}

/** `p17`, for a person. */
function named({ pickId }: { readonly pickId: string }): string {
  return pickId === '' ? '(a pick without pick_id)' : pickId;
}

/** Only what both of them tell: an answer may leave out what it did not need. */
function changeOf(sent: RequestPick, answered: PickDetail): string | undefined {
  const pairs = [
    ['order_id', sent.orderId, answered.orderId],
    ['list_id', sent.listId, answered.listId],
    ['sku_id', textOf(sent.fields['sku_id']), answered.skuId],
    ['quantity', numberOf(sent.fields['quantity']), answered.quantity],
  ] as const;
  const changed = pairs.find(([, before, after]) => before !== undefined && after !== undefined && before !== after);
  return changed === undefined ? undefined : `${changed[0]} ${changed[2]} instead of ${changed[1]}`;
}

/** A route names the one location that was chosen, a cluster repeats all that were sent (documented so). */
function foreignPlace(kind: Kind, sent: RequestPick, { locations }: PickDetail): string | undefined {
  if (locations.length === 0) return kind === 'route' ? 'no location' : undefined;
  const foreign = locations.filter((place) => !sent.locations.includes(place));
  return foreign.length === 0 ? undefined : `${foreign.join('|')} instead of ${sent.locations.join(' or ')}`;
}
