/** HTML from templates in which every value is escaped, unless it is HTML itself. */
import { createTemplate, type Markup } from './markup.ts';

export type Html = Markup<'html'>;

/** Text between the tags, and attribute values in double quotes, may be given as values. */
export const html = createTemplate<'html'>(escapeHtml);

const script = createTemplate<'html'>((json) => json.replaceAll('<', String.raw`\u003C`));

/** Data for a script: JSON in which nothing can end the script element. */
export function scriptData(value: unknown): Html {
  return script`${JSON.stringify(value)}`;
}

/** A style or script that stands in the source: it has no values. */
export function literal(texts: TemplateStringsArray): Html {
  return html(texts);
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
