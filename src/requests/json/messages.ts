/** How error messages describe a JSON value. */
import { nearestWord } from '../../lib/text/did-you-mean.ts';
import { unseenIn } from '../../lib/text/look-alikes.ts';
import { shorten } from '../quote.ts';
import { idProblem, isPlaceholder } from '../validation/placeholders.ts';
import { type JsonNode, rawOf, stringOf } from './tree.ts';

/** `the number 7`, `the text "A01"`, `an empty list`, `null`. */
export function describeNode(node: JsonNode): string {
  switch (node.type) {
    case 'string':
      return node.end - node.start === 2 ? 'an empty text' : `the text "${shorten(stringOf(node))}"`;
    case 'number':
      return `the number ${shorten(rawOf(node))}`;
    case 'boolean':
    case 'null':
      return rawOf(node);
    case 'array':
      return node.items.length === 0 ? 'an empty list' : 'a list';
    case 'object':
      return 'an object';
  }
}

/**
 * What to write instead, when that is clear: `: write "7"`, else `''`. `wanted` is the type of the field as the schema
 * names it (`string`, `number`, ...); `allowed` are the values of an enumeration.
 */
export function suggestionFor(node: JsonNode, wanted: string, allowed: readonly string[] = []): string {
  if (node.type === 'string') {
    const text = stringOf(node);
    if (wanted === 'number' || wanted === 'integer') {
      if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return `: write ${shorten(text)} without quotes`;
      if (isPlaceholder(text)) return ': write null when there is none';
      const unseen = unseenIn(text);
      return unseen === undefined ? '' : `: remove the invisible ${unseen}`;
    }
    if (wanted === 'boolean' && /^(?:true|false)$/i.test(text)) return `: write ${text.toLowerCase()} without quotes`;
    const meant = wanted === 'picklist' ? nearestWord(text, allowed) : undefined;
    return meant === undefined ? '' : `: did you mean "${meant}"?`;
  }
  if (node.type === 'number' || node.type === 'boolean') {
    const raw = rawOf(node);
    if (wanted === 'string') return idProblem(raw, new Set(), '') === undefined ? `: write "${shorten(raw)}"` : '';
    if (wanted === 'boolean' && (raw === '0' || raw === '1')) return `: write ${raw === '1'}`;
  }
  return '';
}
