/** What stands at the top of a report: the saving in one sentence, in two bars, and the figures around it. */
import { capitalized } from '../../lib/text/capitalized.ts';
import type { Html } from '../../lib/text/html.ts';
import type { NoSaving, Saving } from '../../answers/saving.ts';
import { heading, page } from './html-template.ts';
import { savedDistance, walkingChange } from '../answers/saving-text.ts';
import { distanceText } from './measures.ts';

export interface Headline {
  readonly title: string;
  /** One or two sentences. */
  readonly lead: string;
  readonly level: 'good' | 'warning' | 'bad' | 'plain';
}

/** `about`: whose walk it is, such as `the same 10 picks`. */
export function savingHeadline(
  saving: Saving | NoSaving,
  optimal: number | undefined,
  unit: string,
  about: string,
): Headline {
  if ('reason' in saving) {
    const title = optimal === undefined ? 'Optimized' : `${distanceText(optimal, unit)} of walking`;
    return { title, lead: `For ${about}. What that saves cannot be told: ${saving.reason}.`, level: 'plain' };
  }
  const now = distanceText(saving.optimal, unit);
  const before = distanceText(saving.asis, unit);
  const lead = `${now} instead of ${before} for ${about}: ${savedDistance(saving, unit, distanceText)}.`;
  const title = walkingChange(saving);
  return { title: capitalized(title), lead, level: saving.saved < 0 ? 'warning' : 'good' };
}

/** `level` and `id` of the heading. */
export function headlineParts({ title, lead, level: tone }: Headline, level: number, id: string): Html {
  const mark =
    tone === 'bad' || tone === 'warning'
      ? page`<p class="lead ${tone}">${lead}</p>`
      : page`<p class="lead">${lead}</p>`;
  return page`${heading(level, title, id)}
${mark}`;
}

/** The walk of today above the optimized one, on one scale. */
export function compareBars({ asis, optimal }: Saving, unit: string): Html {
  const longest = Math.max(asis, optimal);
  return page`<dl class="compare">
<dt>As-is</dt><dd>${track('asis', asis, longest)}<span>${distanceText(asis, unit)}</span></dd>
<dt>Optimized</dt><dd>${track('optimal', optimal, longest)}<span>${distanceText(optimal, unit)}</span></dd>
</dl>
`;
}

function track(tone: string, length: number, longest: number): Html {
  return bar(`track ${tone}`, length, longest);
}

/** A bar in a table, beside the number that it shows. */
export function barCell(tone: 'asis' | 'optimal', length: number, longest: number): Html {
  return page`<td class="bar ${tone}" aria-hidden="true">${length > 0 ? bar('track', length, longest) : undefined}</td>`;
}

/** In percent, the shortest that can be seen. */
const SHORTEST = 0.5;

/** Drawn, and not a box with a style of its own: pages whose policy allows no such styles show it, too. */
function bar(classes: string, length: number, longest: number): Html {
  const share = longest <= 0 ? 0 : Math.round((length / longest) * 1000) / 10;
  return page`<svg class="${classes}" aria-hidden="true"><rect width="${Math.max(SHORTEST, share)}%" height="100%" rx="2"/></svg>`;
}

export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly remark?: string | undefined;
  /** For words instead of a number. */
  readonly level?: 'good' | 'warning' | 'bad' | undefined;
}

export function figureList(figures: readonly Figure[]): Html {
  const items = figures.map(({ name, value, remark, level }) => {
    const small = remark === undefined ? undefined : page` <small>${remark}</small>`;
    const tone = level === undefined ? page`<dd>` : page`<dd class="word ${level}">`;
    return page`<div><dt>${name}</dt>${tone}${value}${small}</dd></div>
`;
  });
  return page`<dl class="figures">
${items}</dl>
`;
}
