/** HTML of reports: the templates of `html.ts`, with values that come from servers and files cleaned as for a terminal. */
import { escapeHtml, type Html } from '../../lib/text/html.ts';
import { createTemplate } from '../../lib/text/markup.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';

/** A template whose texts are escaped and hold no character that moves, hides or reorders others. */
export const page = createTemplate<'html'>((text) => escapeHtml(cleanText(text)));

/** `<h2 id="...">`; `level` counts from 1. */
export function heading(level: number, text: string, id: string): Html {
  return page`<h${level} id="${id}">${text}</h${level}>`;
}

/** A part of the page under a heading of its own; `id` is unique on the page. */
export function section(level: number, title: string, id: string, content: Html | readonly Html[]): Html {
  return page`<section aria-labelledby="${id}">
${heading(level, title, id)}
${content}
</section>
`;
}

export interface CellOptions {
  /** Numbers go to the right. */
  readonly align?: 'left' | 'right' | undefined;
}

export function cell(content: string | Html, { align }: CellOptions = {}): Html {
  return align === 'right' ? page`<td class="n">${content}</td>` : page`<td>${content}</td>`;
}

export interface TableParts {
  /** Read out, not seen: what the table is about. */
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly align?: 'left' | 'right' | undefined }[];
  /** Whole rows: `<tr>...</tr>`. */
  readonly rows: readonly Html[];
  /**
   * `bars`: tables beside each other have bars on one scale. `orders`: a name and a list. `picks`: narrow, in two columns when
   * printed; `picks long` on pages of its own.
   */
  readonly layout?: 'bars' | 'orders' | 'picks' | 'picks long';
}

/** A table that scrolls on its own when it is wider than the screen. */
export function table({ caption, columns, rows, layout }: TableParts): Html {
  const titles = columns.map(({ title, align }) =>
    // A column of pictures has no title, and a header must not be empty.
    title === ''
      ? page`<td></td>`
      : align === 'right'
        ? page`<th scope="col" class="n">${title}</th>`
        : page`<th scope="col">${title}</th>`,
  );
  // Whoever has no mouse scrolls what has the focus.
  return page`<div class="scroll ${layout ?? 'plain'}" role="group" aria-label="${caption}" tabindex="0"><table class="${layout ?? 'plain'}">
<caption class="unseen">${caption}</caption>
<thead><tr>${titles}</tr></thead>
<tbody>
${rows}</tbody>
</table></div>
`;
}

export function row(cells: readonly Html[]): Html {
  return page`<tr>${cells}</tr>
`;
}
