/** Bodies inside of something else: a member of an envelope, a string, base64, a form. */
import { Buffer } from 'node:buffer';
import { type BodyEdit, wrapped } from './changes/edit.ts';
import { parsed, type Candidate } from './body-wrappings.ts';
import { COMPACT, readLiterals, writeLiterals } from '../../lib/json/literals.ts';

/** For example an event in a notification in a message of a queue. */
const MOST_LAYERS = 4;
const MOST_ENVELOPES = 64;

type Wrapped = Candidate & { readonly edits: readonly BodyEdit[] };

/** What a text holds, from the outermost layer inward. */
export function* envelopes(text: string): Generator<Wrapped, void> {
  let layer: readonly Wrapped[] = [{ text, form: '', edits: [] }];
  let count = 0;
  for (let depth = 0; depth < MOST_LAYERS && layer.length > 0; depth += 1) {
    const inner: Wrapped[] = [];
    for (const outer of layer) {
      const held = typeof outer.text === 'string' ? outer.text : Buffer.from(outer.text).toString('utf8');
      for (const { text, form, edits } of insideOf(held.trim())) {
        count += 1;
        if (count > MOST_ENVELOPES) return;
        const whole = outer.form === '' ? form : `${form}, inside of ${outer.form}`;
        const candidate = { text, form: whole, edits: [...edits, ...outer.edits] };
        yield candidate;
        inner.push(candidate);
      }
    }
    layer = inner;
  }
}

function* insideOf(text: string): Generator<Wrapped, void> {
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
function* encodings(text: string): Generator<Wrapped, void> {
  if (/^(['`]).*\1$/s.test(text)) {
    yield { text: text.slice(1, -1), form: 'without the quotes around it', edits: [wrapped('wrapped in quotes')] };
  }
  const form = 'not encoded in base64';
  const inner = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (BASE64.test(inner)) {
    const once = Buffer.from(inner, 'base64');
    yield { text: once, form, edits: [IN_BASE64] };
    const again = once.toString('latin1');
    if (BASE64.test(again)) {
      yield { text: Buffer.from(again, 'base64'), form: `${form} twice`, edits: [wrapped('encoded in base64 twice')] };
    }
  }
  const hex = /^<Buffer((?: [\da-f]{2})+)>$/.exec(text)?.[1] ?? /^(?:[\da-fA-F]{2}){8,}$/.exec(text)?.[0];
  if (hex !== undefined) {
    const edits = [wrapped('printed as hexadecimal digits')];
    yield { text: Buffer.from(hex.replaceAll(' ', ''), 'hex'), form: 'not written as hexadecimal digits', edits };
  }
  if (/%[0-9A-Fa-f]{2}/.test(text)) yield* formTexts(text);
  if (/&(?:quot|#34);/.test(text)) {
    yield {
      text: text.replaceAll(/&(?:quot|#34|#39|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity),
      form: 'without the entities of HTML',
      edits: [wrapped('HTML-escaped')],
    };
  }
}

const IN_BASE64 = wrapped('encoded in base64');

function* formTexts(text: string): Generator<Wrapped, void> {
  const way = { form: 'not encoded as a form', edits: [wrapped('URL-encoded')] };
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    yield { text: decoded, ...way };
    yield { text: decoded.replace(/^[^={]*=/, ''), ...way };
    yield { text: decoded.replace(/=$/, ''), ...way };
  } catch (error) {
    // A lone percent sign: it is not encoded as a form.
    if (!(error instanceof URIError)) throw error;
  }
}

/** A string that was serialized twice, the bytes of a Node Buffer, and the members of an envelope that are texts. */
function* insideJson(text: string): Generator<Wrapped, void> {
  const value = parsed(text);
  if (typeof value === 'string') {
    const edits = [wrapped('serialized again as a JSON string', 'serialized twice')];
    yield { text: value, form: 'the JSON that the text holds', edits };
  }
  if (typeof value !== 'object' || value === null) return;
  const members = Object.entries(value);
  for (const [name, member] of members) {
    if (typeof member !== 'string' || member.length < 2) continue;
    const form = `the text of the member ${nameOf(name)} alone`;
    const edits = [inMember(name, 'another document')];
    if (/^\s*[{["]/.test(member)) yield { text: member, form, edits };
    else if (BASE64.test(member)) {
      yield {
        text: Buffer.from(member, 'base64'),
        form: `${form}, decoded from base64`,
        edits: [IN_BASE64, ...edits],
      };
    }
  }
  const bytes: unknown = Array.isArray(value) ? value : (members.find(([name]) => name === 'data')?.[1] ?? value);
  const numbers: readonly unknown[] =
    Array.isArray(bytes) || members.every(([name], at) => name === String(at)) ? Object.values(bytes as object) : [];
  if (numbers.length > 1 && numbers.every((one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < 256)) {
    const edits = [wrapped('printed as a list of byte values')];
    yield { text: Uint8Array.from(numbers as readonly number[]), form: 'the bytes whose numbers it lists', edits };
  }
}

function inMember(name: string, document: string): BodyEdit {
  return wrapped(`wrapped in the member ${nameOf(name)} of ${document}`, `wrapped in ${document}`);
}

/** The objects in an envelope: `data` of CloudEvents, `detail` of EventBridge, the one record of a queue. */
function* members(text: string): Generator<Wrapped, void> {
  const literals = readLiterals(Buffer.from(text, 'utf8'));
  if (literals === undefined || typeof literals === 'string') return;
  if ('items' in literals) {
    const [only, ...others] = literals.items;
    if (only === undefined || typeof only === 'string' || others.length > 0) return;
    const edits = [wrapped('wrapped in a list')];
    yield { text: writeLiterals(only, COMPACT), form: 'the only item of the list alone', edits };
    return;
  }
  const envelope = envelopeOf(literals.members.map(([name]) => name));
  for (const [literal, value] of literals.members) {
    if (typeof value === 'string') continue;
    const name = JSON.parse(literal) as string;
    const form = `the member ${nameOf(name)} alone`;
    yield {
      text: writeLiterals(value, COMPACT),
      form: envelope === undefined ? form : `${form}, without the envelope of ${envelope}`,
      edits: [inMember(name, envelope === undefined ? 'another document' : `an event of ${envelope}`)],
    };
  }
}

function nameOf(name: string): string {
  return /^[\w-]{1,40}$/.test(name) ? name : 'of another name';
}

function envelopeOf(names: readonly string[]): string | undefined {
  if (names.includes('"specversion"')) return 'CloudEvents';
  return names.includes('"detail-type"') ? 'EventBridge' : undefined;
}
