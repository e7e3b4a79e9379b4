/** HTML from templates in which every value is escaped, unless it is HTML itself. */
import { createTemplate, type Markup } from './markup.ts';

export type Html = Markup<'html'>;

/** Text between the tags, and attribute values in double quotes, may be given as values. */
export const html = createTemplate<'html'>(escapeHtml);

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
