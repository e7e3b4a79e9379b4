/** Bodies inside of something else: a member of an envelope, a string, base64, a form. */
import { Buffer } from 'node:buffer';
import { parsed, type Candidate } from './body-wrappings.ts';
import { COMPACT, readLiterals, writeLiterals } from '../../lib/json/literals.ts';

/** For example an event in a notification in a message of a queue. */
const MOST_LAYERS = 4;
const MOST_ENVELOPES = 64;

/** What a text holds, from the outermost layer inward. */
export function* envelopes(text: string): Generator<Candidate, void> {
  let layer: readonly Candidate[] = [{ text, form: '' }];
  let count = 0;
  for (let depth = 0; depth < MOST_LAYERS && layer.length > 0; depth += 1) {
    const inner: Candidate[] = [];
    for (const outer of layer) {
      const held = typeof outer.text === 'string' ? outer.text : Buffer.from(outer.text).toString('utf8');
      for (const { text, form } of insideOf(held.trim())) {
        count += 1;
        if (count > MOST_ENVELOPES) return;
        const candidate = { text, form: outer.form === '' ? form : `${form}, inside of ${outer.form}` };
        yield candidate;
        inner.push(candidate);
      }
    }
    layer = inner;
  }
}

function* insideOf(text: string): Generator<Candidate, void> {
  yield* encodings(text);
  yield* insideJson(text);
  yield* members(text);
}

const BASE64 = /^[A-Za-z0-9+/]{4,}={0,2}$/;

const ENTITIES: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

/** How gateways encode bodies that they take for binary data, a form or HTML. */
function* encodings(text: string): Generator<Candidate, void> {
  if (/^(['`]).*\1$/s.test(text)) yield { text: text.slice(1, -1), form: 'without the quotes around it' };
  const form = 'not encoded in base64';
  const inner = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (BASE64.test(inner)) {
    const once = Buffer.from(inner, 'base64');
    yield { text: once, form };
    const again = once.toString('latin1');
    if (BASE64.test(again)) yield { text: Buffer.from(again, 'base64'), form: `${form} twice` };
  }
  const hex = /^<Buffer((?: [\da-f]{2})+)>$/.exec(text)?.[1] ?? /^(?:[\da-fA-F]{2}){8,}$/.exec(text)?.[0];
  if (hex !== undefined) {
    yield { text: Buffer.from(hex.replaceAll(' ', ''), 'hex'), form: 'not written as hexadecimal digits' };
  }
  if (/%[0-9A-Fa-f]{2}/.test(text)) yield* formTexts(text);
  if (/&(?:quot|#34);/.test(text)) {
    yield {
      text: text.replaceAll(/&(?:quot|#34|#39|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity),
      form: 'without the entities of HTML',
    };
  }
}

function* formTexts(text: string): Generator<Candidate, void> {
  const form = 'not encoded as a form';
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    yield { text: decoded, form };
    yield { text: decoded.replace(/^[^={]*=/, ''), form };
    yield { text: decoded.replace(/=$/, ''), form };
  } catch (error) {
    // A lone percent sign: it is not encoded as a form.
    if (!(error instanceof URIError)) throw error;
  }
}

/** A string that was serialized twice, the bytes of a Node Buffer, and the members of an envelope that are texts. */
function* insideJson(text: string): Generator<Candidate, void> {
  const value = parsed(text);
  if (typeof value === 'string') yield { text: value, form: 'the JSON that the text holds' };
  if (typeof value !== 'object' || value === null) return;
  const members = Object.entries(value);
  for (const [name, member] of members) {
    if (typeof member !== 'string' || member.length < 2) continue;
    const form = `the text of the member ${nameOf(name)} alone`;
    if (/^\s*[{["]/.test(member)) yield { text: member, form };
    else if (BASE64.test(member)) yield { text: Buffer.from(member, 'base64'), form: `${form}, decoded from base64` };
  }
  const bytes: unknown = Array.isArray(value) ? value : (members.find(([name]) => name === 'data')?.[1] ?? value);
  const numbers: readonly unknown[] =
    Array.isArray(bytes) || members.every(([name], at) => name === String(at)) ? Object.values(bytes as object) : [];
  if (numbers.length > 1 && numbers.every((one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < 256)) {
    yield { text: Uint8Array.from(numbers as readonly number[]), form: 'the bytes whose numbers it lists' };
  }
}

/** The objects in an envelope: `data` of CloudEvents, `detail` of EventBridge, the one record of a queue. */
function* members(text: string): Generator<Candidate, void> {
  const literals = readLiterals(Buffer.from(text, 'utf8'));
  if (literals === undefined || typeof literals === 'string') return;
  if ('items' in literals) {
    const [only, ...others] = literals.items;
    if (only === undefined || typeof only === 'string' || others.length > 0) return;
    yield { text: writeLiterals(only, COMPACT), form: 'the only item of the list alone' };
    return;
  }
  const envelope = envelopeOf(literals.members.map(([name]) => name));
  for (const [name, value] of literals.members) {
    if (typeof value === 'string') continue;
    yield {
      text: writeLiterals(value, COMPACT),
      form: `the member ${nameOf(JSON.parse(name) as string)} alone${envelope}`,
    };
  }
}

function nameOf(name: string): string {
  return /^[\w-]{1,40}$/.test(name) ? name : 'of another name';
}

function envelopeOf(names: readonly string[]): string {
  if (names.includes('"specversion"')) return ', without the envelope of CloudEvents';
  return names.includes('"detail-type"') ? ', without the envelope of EventBridge' : '';
}
