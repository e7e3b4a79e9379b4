/** Bodies that no sender of webhooks sends: what was signed is lost, and what is left tells how. */
import { headerOf, type HttpHeaders } from '../../lib/net/http.ts';
import { createJsonScanner } from '../../lib/json/scanner.ts';

export interface BodyRemark {
  /** `empty`, `object_text`, `undefined_text`, `cut_off`, `replacement_characters`: for machines. */
  readonly what: string;
  /** For a person: `The body is empty: ...`. */
  readonly sentence: string;
  /** Whether no sender can have sent that. */
  readonly certain: boolean;
}

/** Texts that languages make of an object, of bytes or of a stream: JavaScript, Java, .NET, Python, PHP, Node. */
const OBJECT_TEXT =
  /^(?:\[object \w+\]|\[[BC]@[0-9a-f]+|System\.[\w.]+(?:\[\])?|<(?:Buffer|_io|starlette|django|werkzeug)\b[^>]*>|[\w.$]+@[0-9a-f]{5,8}|Array|Object)$/;

/** What is there in place of a body that was not kept. */
const NOTHING_TEXT = /^(?:undefined|null|None|nil|NaN)$/;

/** `undefined`: nothing is odd about it. */
export function remarkOnBody(headers: HttpHeaders, body: Uint8Array): BodyRemark | undefined {
  const start = Buffer.from(body.subarray(0, 200)).toString('utf8').trim();
  const shown = `"${start.slice(0, 60)}"`;
  if (body.byteLength === 0) {
    return {
      what: 'empty',
      sentence: 'The body is empty: something has read the request before the verification did, or a proxy dropped it.',
      certain: true,
    };
  }
  if (body.every((byte) => byte <= 0x20)) {
    const sentence = `The body is ${body.byteLength} bytes of white space or zeros: the buffer was never filled.`;
    return { what: 'empty', sentence, certain: true };
  }
  if (OBJECT_TEXT.test(start)) {
    const sentence = `The body is ${shown}: an object was turned into a text where its bytes were wanted.`;
    return { what: 'object_text', sentence, certain: true };
  }
  if (NOTHING_TEXT.test(start)) {
    const sentence = `The body is ${shown}: the framework did not keep the bytes of the request.`;
    return { what: 'undefined_text', sentence, certain: true };
  }
  if (/^[[{]/.test(start) && isCutOff(body)) {
    const declared = Number(headerOf(headers, 'content-length'));
    const of = declared > body.byteLength ? ` of the ${declared} that content-length declares` : '';
    const sentence = `The body is JSON that is cut off after ${body.byteLength} bytes${of}: only a part of it was read, or a limit on its size was reached.`;
    return { what: 'cut_off', sentence, certain: true };
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const first = bytes.indexOf(REPLACEMENT);
  if (first < 0) return undefined;
  return {
    what: 'replacement_characters',
    sentence: `The body has a replacement character (U+FFFD) at byte ${first}: bytes that are not UTF-8 were decoded as UTF-8, and what they were is lost.`,
    certain: false,
  };
}

const REPLACEMENT = Buffer.from('\uFFFD');

/** JSON so far, and it ends in the middle. */
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
