/** Small parts of pages. */
import { ageText } from '../lib/text/numbers.ts';
import type { Html } from '../lib/text/html.ts';
import { localDateTime, localTime } from '../lib/text/local-time.ts';
import { page } from '../output/html/html-template.ts';

/** `14:03:59`, on another day than today with the date. */
export function timeOf(at: number, now: number): Html {
  const text = localDateTime(at).slice(0, 10) === localDateTime(now).slice(0, 10) ? localTime(at) : localDateTime(at);
  return page`<time datetime="${new Date(at).toISOString()}" title="${localDateTime(at)}">${text}</time>`;
}

/** `3 min`; it grows in the page. */
export function ageOf(at: number, now: number): Html {
  return page`<time data-age datetime="${new Date(at).toISOString()}">${ageText(now - at)}</time>`;
}

/** How things stand, as a color and a word. */
export type ShownState = 'pending' | 'working' | 'done' | 'failed' | 'rejected' | 'discarded';

export function stateMark(standing: ShownState, word: string = standing): Html {
  return page`<span class="state ${standing}">${word}</span>`;
}

/** A value that a click copies. */
export function copyable(text: string, what: string): Html {
  return page`<span class="copyable"><code>${text}</code> <button type="button" class="quiet needs-script" data-copy="${text}" aria-label="Copy ${what}">Copy</button></span>`;
}

/** Copies what is at that address; without the script it is shown. */
export function copyLink(url: string, text: string, key?: string): Html {
  const shortcut = key === undefined ? undefined : page` aria-keyshortcuts="${key}"`;
  return page`<a class="button" href="${url}" data-copy-from="${url}"${shortcut}>${text}</a>`;
}

export interface ButtonParts {
  readonly label: string;
  /** Sent along. */
  readonly fields?: Readonly<Record<string, string>>;
  /** A question that comes first. */
  readonly confirm?: string;
  readonly key?: string;
  /** Read out in place of the label, where that alone does not say enough. */
  readonly description?: string;
}

/** A button that does something: a form, so that it works without the script, too. */
export function actionButton(action: string, { label, fields = {}, confirm, key, description }: ButtonParts): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => page`<input type="hidden" name="${name}" value="${value}">`,
  );
  const attributes = [
    confirm === undefined ? undefined : page` data-confirm="${confirm}"`,
    key === undefined ? undefined : page` aria-keyshortcuts="${key}"`,
    description === undefined ? undefined : page` aria-label="${description}"`,
  ].filter((each) => each !== undefined);
  return page`<form method="post" action="${action}" data-act>${hidden}<button${attributes}>${label}</button></form>`;
}

/** Names and values. */
export function facts(list: readonly (readonly [name: string, value: Html | string | undefined])[]): Html {
  const shown = list.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          page`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
        ],
  );
  return page`<dl class="facts">
${shown}</dl>
`;
}

export function headerTable(lines: readonly (readonly [name: string, value: string])[]): Html {
  if (lines.length === 0) return page`<p class="note">There are none to show.</p>`;
  return facts(lines.map(([name, value]) => [name, page`<code>${value}</code>`]));
}
