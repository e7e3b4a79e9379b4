/**
 * What the body of a refusal says. No error but the 422 is documented, and of that only the status:
 * `detail` as a list or a string is FastAPI's way, `message` that of Amazon API Gateway, `code`, `params` and `message` that
 * of the vendor's other products, plain text that of a server that crashed, a web page that of a proxy on the way.
 */
import type { Redact } from '../settings/redaction.ts';
import type { FailureDetail } from '../errors.ts';
import { isRecord } from '../lib/json/loose-fields.ts';
import { createJsonScanner } from '../lib/json/scanner.ts';
import { sanitizeServerText, isHtml, titleOfHtml } from './sanitize.ts';

/** About as many as a refusal has room for. */
const MAX_DETAILS = 5000;

export interface RefusalBody {
  /** One line for people; `''` when the body says nothing. */
  readonly text: string;
  readonly details: readonly FailureDetail[];
  /** What the API calls the error, beside its words. */
  readonly code?: string;
  /**
   * What it is about, as far as it says: `job` when an optimization failed, `request` when the id,
   * the query or the headers of this very call are at fault. `page`: a web page, which is not the API's.
   */
  readonly about: 'job' | 'request' | 'unknown' | 'page';
}

/** No name of an error is longer. */
const CODE_LENGTH = 100;

/** Reads a refusal's body in every form that is known or likely. Never throws. */
export function readRefusal(text: string, contentType: string | undefined, redact: Redact): RefusalBody {
  const clean = (words: string): string => sanitizeServerText(words, redact);
  if (isHtml(text, contentType)) return { text: clean(titleOfHtml(text)), details: [], about: 'page' };
  const value = parsed(text);
  const plain = (words: string, about: RefusalBody['about']): RefusalBody => ({
    text: clean(words),
    details: namedIn(words, clean),
    about,
  });
  if (value === undefined) return fromText(text, clean) ?? plain(text, 'unknown');
  if (typeof value === 'string') return plain(value, 'unknown');
  if (!isRecord(value)) return { text: '', details: [], about: 'unknown' };

  const { detail } = value;
  const inner = isRecord(detail) ? detail : value;
  const error = wordsIn(inner, ['error', 'error_message']);
  const message = wordsIn(inner, ['message', 'Message', 'msg', 'title', 'reason']);
  const code = codeIn([inner, inner['error'], value]) ?? (message === undefined ? undefined : error);
  const named = code === undefined ? {} : { code: clean(code).slice(0, CODE_LENGTH) };
  if (typeof detail === 'string' && detail.trim() !== '') {
    return { ...plain(detail, namesTheId(detail) ? 'request' : 'job'), ...named };
  }
  if (Array.isArray(detail) && detail.length > 0) return { ...fromList(detail, clean), ...named };
  const words = message ?? error ?? code ?? '';
  const listed = fromText(words, clean);
  if (listed !== undefined) return { ...listed, ...named };
  return { ...plain(words, error === undefined ? 'unknown' : 'job'), ...named };
}

/** One text about several locations, `Location not found: A, B`, as a detail for each: the text itself is cut. */
function namedIn(text: string, clean: (words: string) => string): readonly FailureDetail[] {
  const [, words = '', list = ''] = NAMES_LOCATIONS.exec(text) ?? [];
  const names = list.split(',').map((name) => clean(name.trim().replaceAll(/^["']|["']$/g, '')));
  if (names.length < 2 || names.includes('')) return [];
  return names.slice(0, MAX_DETAILS).map((name) => ({ path: '', message: `${clean(words)}: "${name}"` }));
}

/** How the API words it is not documented. */
const NAMES_LOCATIONS =
  /^((?:[\w ]{0,40} )?locations? (?:were |was )?(?:not found|not known|unknown|do(?:es)? not exist)|unknown locations?): \[?([^[\]]+)\]?$/i;

/** `{"code": "SITE_NOT_FOUND", "params": {}, "message": "..."}`, at one of several places. */
function codeIn(places: readonly unknown[]): string | undefined {
  for (const place of places) {
    if (!isRecord(place)) continue;
    for (const name of ['code', 'error_code', 'errorCode']) {
      const code = place[name];
      if (typeof code === 'number' || (typeof code === 'string' && code.trim() !== '')) return String(code);
    }
  }
  return undefined;
}

/** FastAPI: `[{"loc": ["body", "picks", 0, "location_id"], "msg": "...", "type": "..."}]`. */
function fromList(list: readonly unknown[], clean: (words: string) => string): RefusalBody {
  const details: FailureDetail[] = [];
  let aboutRequest = false;
  for (const item of list.slice(0, MAX_DETAILS)) {
    const loc = isRecord(item) && Array.isArray(item['loc']) ? item['loc'] : [];
    const words = typeof item === 'string' ? item : isRecord(item) ? wordsIn(item, ['msg', 'message']) : undefined;
    const [place, ...steps] = loc as unknown[];
    const outside = place === 'path' || place === 'query' || place === 'header' || place === 'cookie';
    aboutRequest ||= outside;
    const message = clean(words?.replace(VALUE_ERROR, '') ?? 'not valid');
    details.push(
      outside
        ? { path: '', message: `${place} parameter ${clean(steps.join('.'))}: ${message}` }
        : { path: clean(pointerOf(place === 'body' ? steps : loc)), message },
    );
  }
  const [first] = details;
  const more = list.length > 1 ? ` (and ${list.length - 1} more)` : '';
  const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
  const text = first === undefined ? '' : `${where}${first.message}${more}`;
  return { text, details, about: aboutRequest ? 'request' : 'job' };
}

/** The same as one text: `body.picks.0.location_id: ...; body.picks.3.location_id: ...`. */
function fromText(text: string, clean: (words: string) => string): RefusalBody | undefined {
  const items = text.split(/; (?=body\.)/).map((part) => {
    const [, place, msg] = /^body\.(\w+(?:\.\w+)*): ([^]*)$/.exec(part) ?? [];
    return place === undefined ? undefined : { loc: ['body', ...place.split('.')], msg };
  });
  return items.includes(undefined) ? undefined : fromList(items, clean);
}

function pointerOf(steps: readonly unknown[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What Pydantic writes before the words of a check of the API itself. */
const VALUE_ERROR = /^Value error, /;

/** A complaint about the id in the address, not about the job behind it. */
function namesTheId(detail: string): boolean {
  return /request_?id|object ?id/i.test(detail);
}

function wordsIn(record: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = record[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (isRecord(value)) return wordsIn(value, ['message', 'detail', 'msg']);
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    // Endless nesting would overflow the stack where its values are joined to a text.
    createJsonScanner({ begin() {}, end() {}, beginKey() {}, endKey() {} }).push(Buffer.from(text));
    return JSON.parse(text) as unknown;
  } catch {
    // Then it is plain text.
    return undefined;
  }
}
