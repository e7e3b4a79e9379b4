/** Text of a medium that has its own syntax (HTML, Markdown, XML), in which no text from outside acts as syntax. Pure. */

declare const medium: unique symbol;

/** Only the templates of its medium create it: where it is required, the compiler finds a text that nobody escaped. */
export interface Markup<Medium extends string> {
  readonly text: string;
  readonly [medium]: Medium;
}

export type MarkupValue<Medium extends string> =
  | string
  | number
  | undefined
  | Markup<Medium>
  | readonly Markup<Medium>[];

/** A template tag: what stands in the source is taken as it is, and every value is escaped unless it is markup already. */
export type Template<Medium extends string> = (
  texts: TemplateStringsArray,
  ...values: readonly MarkupValue<Medium>[]
) => Markup<Medium>;

/** The one way to create markup. `escape` makes any text one that only shows itself. */
export function createTemplate<Medium extends string>(escape: (text: string) => string): Template<Medium> {
  const textOf = (value: MarkupValue<Medium>): string => {
    if (value === undefined) return '';
    if (typeof value === 'string') return escape(value);
    if (typeof value === 'number') return String(value);
    return 'text' in value ? value.text : value.map(({ text }) => text).join('');
  };
  return (texts, ...values) => {
    let text = texts[0] ?? '';
    for (const [index, value] of values.entries()) text += textOf(value) + (texts[index + 1] ?? '');
    return { text } as Markup<Medium>;
  };
}

/** The parts one after the other with `separator` between them. */
export function joined<Medium extends string>(
  parts: readonly Markup<Medium>[],
  separator: Markup<Medium>,
): readonly Markup<Medium>[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));
}
