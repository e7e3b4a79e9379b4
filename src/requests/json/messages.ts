/** How faults speak of a value in a file. */
import { nearestWord } from '../../lib/text/did-you-mean.ts';
import { unseenIn } from '../../lib/text/look-alikes.ts';
import { shorten } from '../quote.ts';
import { idSlip, isPlaceholder } from '../validation/placeholders.ts';
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
      break;
  }
  return 'an object';
}

/**
 * What to write instead, when that is plain: `: write "7"`, else `''`. `wanted` is the type that the field takes, as
 * the schema names it (`string`, `number`, ...); `words` are the allowed ones of an enumeration.
 */
export function remedyFor(node: JsonNode, wanted: string, words: readonly string[] = []): string {
  if (node.type === 'string') {
    const text = stringOf(node);
    if (wanted === 'number' || wanted === 'integer') {
      if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return `: write ${shorten(text)} without quotes`;
      if (isPlaceholder(text)) return ': write null when there is none';
      const unseen = unseenIn(text);
      return unseen === undefined ? '' : `: remove the invisible ${unseen}`;
    }
    if (wanted === 'boolean' && /^(?:true|false)$/i.test(text)) return `: write ${text.toLowerCase()} without quotes`;
    const meant = wanted === 'picklist' ? nearestWord(text, words) : undefined;
    return meant === undefined ? '' : `: did you mean "${meant}"?`;
  }
  if (node.type === 'number' || node.type === 'boolean') {
    const raw = rawOf(node);
    if (wanted === 'string') return idSlip(raw, new Set(), '') === undefined ? `: write "${shorten(raw)}"` : '';
    if (wanted === 'boolean' && (raw === '0' || raw === '1')) return `: write ${raw === '1'}`;
  }
  return '';
}
