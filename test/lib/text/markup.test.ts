import { glob, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type Html, html } from '../../../src/lib/text/html.ts';
import { createTemplate, joined } from '../../../src/lib/text/markup.ts';
import { inMarkdown, type Markdown } from '../../../src/lib/text/markdown-text.ts';

const shouting = createTemplate<'shouting'>((text) => text.toUpperCase());

describe('a template', () => {
  test('escapes every value but numbers and its own markup', () => {
    const part = shouting`a ${'b'}`;
    expect(shouting`x ${'y'} ${1} ${undefined}${part}${[part, part]} z`.text).toBe('x Y 1 a Ba Ba B z');
  });

  test('joins parts by a separator of its own medium', () => {
    const parts = ['a', 'b', 'c'].map((text) => shouting`${text}`);
    expect(shouting`<${joined(parts, shouting` or `)}>`.text).toBe('<A or B or C>');
    expect(shouting`<${joined([], shouting` or `)}>`.text).toBe('<>');
  });
});

test('A7: only the escapers of HTML, Markdown and XML create a template', async () => {
  const source = new URL('../../../src/', import.meta.url);
  const found: string[] = [];
  for await (const name of glob('**/*.ts', { cwd: source })) {
    const text = await readFile(new URL(name, source), 'utf8');
    if (text.includes('createTemplate<') || text.includes('as Markup<')) found.push(name);
  }
  expect(found.toSorted()).toEqual([
    'lib/text/html.ts',
    'lib/text/junit.ts',
    'lib/text/markdown-text.ts',
    'lib/text/markup.ts',
    'output/html/html-template.ts',
  ]);
});

test('A7: the compiler finds a text that nobody escaped', () => {
  const takesHtml = (part: Html): string => part.text;
  const takesMarkdown = (part: Markdown): string => part.text;
  const unit = '[click](https://evil.example)';
  // @ts-expect-error a text
  takesMarkdown(`**${unit}**`);
  // @ts-expect-error an object that looks like markup
  takesMarkdown({ text: unit });
  // @ts-expect-error markup of another medium
  takesMarkdown(html`<b>${unit}</b>`);
  // @ts-expect-error markup of another medium as a value, which would not be escaped
  takesHtml(html`<b>${inMarkdown`${unit}`}</b>`);
  expect(takesMarkdown(inMarkdown`**${unit}**`)).toBe(String.raw`**\[click\](https:&#47;/evil.example)**`);
});
