/** Recognizes bodies that no sender of webhooks sends, and what lost the signed ones. */
import { isUtf8 } from 'node:buffer';
import { headerOf, type HttpHeaders } from '../../lib/net/http.ts';
import { createJsonScanner } from '../../lib/json/scanner.ts';
import { truncate } from '../../lib/text/truncate.ts';
import { jsonTextOf } from '../read-payload.ts';

export interface LostBody {
  /** `empty`, `object_text`, `undefined_text`, `cut_off`, `replacement_characters`, `not_json`: for machines. */
  readonly code: string;
  /** `the body is empty` */
  readonly summary: string;
  /** A sentence that says how that happens. */
  readonly details: string;
  /** Whether no sender can have sent it. */
  readonly certain: boolean;
}

/** What JavaScript, Java, .NET, Python and PHP print for an object, bytes or a stream. */
const OBJECT_TEXT =
  /^(?:\[object \w+\]|\[[BC]@[0-9a-f]+|System\.[\w.]+(?:\[\])?|<(?:Buffer|_io|starlette|django|werkzeug)\b[^>]*>|[\w.$]+@[0-9a-f]{5,8}|Array|Object)$/;

/** What languages print for a missing value. */
const NOTHING_TEXT = /^(?:undefined|null|None|nil|NaN)$/;

/** `undefined` for a body that a sender may have sent. */
export function detectLostBody(headers: HttpHeaders, body: Uint8Array): LostBody | undefined {
  const start = Buffer.from(body.subarray(0, 200)).toString('utf8').trim();
  const shown = `"${truncate(start, 40)}"`;
  const lost = (code: string, summary: string, details: string): LostBody => ({
    code,
    summary,
    details,
    certain: true,
  });
  if (body.byteLength === 0) {
    const details = 'Something read the request before the verification did, or a proxy dropped the body.';
    return lost('empty', 'the body is empty', details);
  }
  if (body.every((byte) => byte <= 0x20)) {
    const summary = `the body is ${body.byteLength} bytes of white space or zeros`;
    return lost('empty', summary, 'A buffer of the right size was created and never filled.');
  }
  if (OBJECT_TEXT.test(start)) {
    return lost('object_text', `the body is ${shown}`, 'An object was turned into a text instead of its bytes.');
  }
  if (NOTHING_TEXT.test(start)) {
    return lost('undefined_text', `the body is ${shown}`, 'The framework did not keep the bytes of the request.');
  }
  if (/^[[{]/.test(start) && isCutOff(body)) {
    const declared = Number(headerOf(headers, 'content-length'));
    const of = declared > body.byteLength ? ` of the ${declared} that content-length declares` : '';
    const details = 'Only a part of it was read, or it reached a limit on the size of bodies.';
    return lost('cut_off', `the body is JSON that is cut off after ${body.byteLength} bytes${of}`, details);
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const first = bytes.indexOf(REPLACEMENT);
  if (first >= 0) {
    return {
      code: 'replacement_characters',
      summary: `the body has a replacement character (U+FFFD) at byte ${first}`,
      details: 'Bytes that are not UTF-8 were decoded as UTF-8, which loses what they were.',
      certain: false,
    };
  }
  if (jsonTextOf(body) !== undefined) return undefined;
  const details = isUtf8(body) ? `It starts with ${shown}, and OptiPick sends JSON.` : 'OptiPick sends JSON in UTF-8.';
  return { code: 'not_json', summary: `the body is not ${isUtf8(body) ? 'JSON' : 'UTF-8'}`, details, certain: false };
}

const REPLACEMENT = Buffer.from('\uFFFD');

/** Valid JSON up to its end, which is too early. */
function isCutOff(body: Uint8Array): boolean {
  const nothing = (): void => undefined;
  const scanner = createJsonScanner({ begin: nothing, end: nothing, beginKey: nothing, endKey: nothing });
  try {
    scanner.push(body);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
  try {
    scanner.end();
    return false;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}
