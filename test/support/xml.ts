/** A small, strict XML parser for what a test wrote: anything that is not well-formed throws. No DTDs, no namespaces. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text directly inside, in one piece. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const NAME = String.raw`[A-Za-z_][\w.-]*`;
const OPENING = new RegExp(String.raw`<(${NAME})((?:\s+${NAME}="[^"<]*")*)\s*(/?)>`, 'y');
const CLOSING = new RegExp(String.raw`</(${NAME})\s*>`, 'y');
const TEXT = /[^<]+/y;

export function parseXml(document: string): XmlElement {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(document)) throw new Error('no character of XML');
  let at = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/.exec(document)?.[0].length ?? 0;
  const root = element();
  if (document.slice(at).trim() !== '') throw new Error(`something follows the root element at ${at}`);
  return root;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const match = pattern.exec(document);
    if (match !== null) at = pattern.lastIndex;
    return match;
  }

  function element(): XmlElement {
    const opening = take(OPENING);
    if (opening === null) throw new Error(`no element at ${at}: ${document.slice(at, at + 40)}`);
    const [, name = '', list = '', empty] = opening;
    const attributes: Record<string, string> = {};
    for (const [, key = '', value = ''] of list.matchAll(new RegExp(`(${NAME})="([^"]*)"`, 'g'))) {
      if (Object.hasOwn(attributes, key)) throw new Error(`attribute ${key} twice in ${name}`);
      attributes[key] = unescape(value.replaceAll(/[\t\n\r]/g, ' '));
    }
    const children: XmlElement[] = [];
    let text = '';
    if (empty === '/') return { name, attributes, text, children };
    for (;;) {
      const piece = take(TEXT)?.[0];
      if (piece !== undefined) {
        if (piece.includes(']]>')) throw new Error(`"]]>" in the text of ${name}`);
        text += unescape(piece.replaceAll(/\r\n?/g, '\n'));
      }
      const closing = take(CLOSING);
      if (closing === null) children.push(element());
      else if (closing[1] === name) return { name, attributes, text, children };
      else throw new Error(`${name} ends as ${closing[1]}`);
    }
  }
}

function unescape(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|(\w+));|&/g, (whole, code: string | undefined, entity: string | undefined) => {
    const meant = code === undefined ? ENTITIES[entity ?? ''] : String.fromCodePoint(Number(code));
    if (meant === undefined) throw new Error(`no such entity: ${whole}`);
    return meant;
  });
}
