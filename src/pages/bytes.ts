/** The bytes of a message: as pretty text, as they are, and as hexadecimal digits. */
import { html, type Html } from '../lib/text/html.ts';
import { cleanText } from '../lib/text/sanitize-terminal.ts';
import { formatBytes } from '../lib/text/numbers.ts';
import { utf8Text } from '../lib/bytes/utf8-text.ts';
import { page } from '../output/html/html-template.ts';

/** Larger ones are shown up to here. */
const SHOWN_BYTES = 64 * 1024;
const HEX_BYTES = 4 * 1024;

export interface BytesParts {
  /** The exact bytes. */
  readonly bytes: Uint8Array;
  /** As JSON, decoded where it arrived in a content coding; `undefined` where it is none. */
  readonly json: string | undefined;
  /** How many there were, where the rest is not there. */
  readonly size?: number;
  /** Unique on the page: of the three views one is open. */
  readonly name: string;
}

/** Three views, of which one is open at a time. */
export function bytesView({ bytes, json, size = bytes.byteLength, name }: BytesParts): Html {
  if (bytes.byteLength === 0) return page`<p class="note">The body is empty.</p>`;
  const text = utf8Text(bytes.subarray(0, SHOWN_BYTES), true);
  const pretty = json === undefined || json.length > SHOWN_BYTES ? undefined : prettyJson(json);
  const views = [
    pretty === undefined ? undefined : view(name, 'Pretty', true, preOf(pretty)),
    view(
      name,
      'Raw',
      pretty === undefined,
      text === undefined ? page`<p class="note">It is not text: see the hexadecimal digits.</p>` : preOf(text),
      size > SHOWN_BYTES
        ? page`<p class="note">The first ${formatBytes(SHOWN_BYTES)} of ${formatBytes(size)}.</p>`
        : undefined,
    ),
    view(
      name,
      'Hex',
      false,
      preOf(hexLines(bytes.subarray(0, HEX_BYTES)).join('\n')),
      size > HEX_BYTES
        ? page`<p class="note">The first ${formatBytes(HEX_BYTES)} of ${formatBytes(size)}.</p>`
        : undefined,
    ),
  ];
  return page`<div class="views">${views.filter((each) => each !== undefined)}</div>`;
}

function view(name: string, title: string, isOpen: boolean, ...content: readonly (Html | undefined)[]): Html {
  const open = isOpen ? page` open` : undefined;
  return page`<details name="${name}"${open}><summary>${title}</summary>${content.filter((each) => each !== undefined)}</details>`;
}

/** Text of others, its lines kept. It can be scrolled by keys, too. */
export function preOf(text: string): Html {
  return html`<pre tabindex="0">${cleanText(text, { multiline: true })}</pre>`;
}

/** With line ends and blanks between its parts; the parts themselves are as they are, each digit of a number, too. */
export function prettyJson(json: string): string {
  let text = '';
  let depth = 0;
  const breakLine = (): void => void (text += `\n${'  '.repeat(depth)}`);
  // Texts whole, marks, and all else between white space.
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const last = text.at(-1);
    if (token === '}' || token === ']') {
      depth -= 1;
      if (last !== '{' && last !== '[') breakLine();
    } else if (last === '{' || last === '[') breakLine();
    text += token;
    if (token === '{' || token === '[') depth += 1;
    else if (token === ',') breakLine();
    else if (token === ':') text += ' ';
  }
  return text;
}

/** `00000000  7b 22 72 65 71 75 65 73  74 5f 69 64 22 3a 22 36  {"request_id":"6` */
function hexLines(bytes: Uint8Array): readonly string[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / 16) }, (_, line) => {
    const part = [...bytes.subarray(line * 16, line * 16 + 16)];
    const digits = part.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = [digits.slice(0, 8).join(' '), digits.slice(8).join(' ')].join('  ');
    const signs = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCodePoint(byte) : '·')).join('');
    return `${(line * 16).toString(16).padStart(8, '0')}  ${halves.padEnd(48)}  ${signs}`;
  });
}
