/** Recognizes bodies that no sender of webhooks sends, and what lost the signed ones. */
import { headerOf, type HttpHeaders } from '../../lib/net/http.ts';
import { createJsonScanner } from '../../lib/json/scanner.ts';

export interface LostBody {
  /** `empty`, `object_text`, `undefined_text`, `cut_off`, `replacement_characters`: for machines. */
  readonly code: string;
  /** For a person: `The body is empty: ...`. */
  readonly explanation: string;
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
  const shown = `"${start.slice(0, 60)}"`;
  if (body.byteLength === 0) {
    const explanation =
      'The body is empty: something has read the request before the verification did, or a proxy dropped it.';
    return { code: 'empty', explanation, certain: true };
  }
  if (body.every((byte) => byte <= 0x20)) {
    const explanation = `The body is ${body.byteLength} bytes of white space or zeros: the buffer was never filled.`;
    return { code: 'empty', explanation, certain: true };
  }
  if (OBJECT_TEXT.test(start)) {
    const explanation = `The body is ${shown}: an object was turned into a text where its bytes were wanted.`;
    return { code: 'object_text', explanation, certain: true };
  }
  if (NOTHING_TEXT.test(start)) {
    const explanation = `The body is ${shown}: the framework did not keep the bytes of the request.`;
    return { code: 'undefined_text', explanation, certain: true };
  }
  if (/^[[{]/.test(start) && isCutOff(body)) {
    const declared = Number(headerOf(headers, 'content-length'));
    const of = declared > body.byteLength ? ` of the ${declared} that content-length declares` : '';
    const explanation = `The body is JSON that is cut off after ${body.byteLength} bytes${of}: only a part of it was read, or a limit on its size was reached.`;
    return { code: 'cut_off', explanation, certain: true };
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const first = bytes.indexOf(REPLACEMENT);
  if (first < 0) return undefined;
  return {
    code: 'replacement_characters',
    explanation: `The body has a replacement character (U+FFFD) at byte ${first}: bytes that are not UTF-8 were decoded as UTF-8, and what they were is lost.`,
    certain: false,
  };
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
