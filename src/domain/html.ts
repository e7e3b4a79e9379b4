/** HTML from templates in which every value is escaped, unless it is HTML itself. */
export interface Html {
  readonly html: string;
}

type Value = string | number | undefined | Html | readonly Html[];

/** Text between the tags, and attribute values in double quotes, may be given as values. */
export function html(texts: TemplateStringsArray, ...values: readonly Value[]): Html {
  let result = texts[0] ?? '';
  for (const [index, value] of values.entries()) result += render(value) + (texts[index + 1] ?? '');
  return { html: result };
}

/** Data for a script: JSON in which nothing can end the script element. */
export function scriptData(value: unknown): Html {
  return { html: JSON.stringify(value).replaceAll('<', String.raw`\u003C`) };
}

function render(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return 'html' in value ? value.html : value.map(({ html: part }) => part).join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
