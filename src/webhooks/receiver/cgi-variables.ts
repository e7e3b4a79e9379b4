/** Reads a delivery from a dump of CGI variables, as WSGI, Rack and PHP have them too: `HTTP_SVIX_ID=msg_...`, one a line. */
import { CliError } from '../../errors.ts';
import type { HeaderLine } from '../../state/delivery.ts';
import { headersOf } from '../forward-headers.ts';
import type { RecordedDelivery } from './recorded-delivery.ts';

/** `NAME=value`, `export NAME='value'`, `[NAME] => value` (print_r), `'NAME' => 'value',` (var_export). */
const VARIABLE = /^\s*(?:export |declare -x )?\[?(['"]?)([A-Z][A-Z0-9_]*)\1\]?\s*=>?\s*(.*?),?\s*$/;

const SIGNATURE_VARIABLE = /^HTTP_(?:SVIX|WEBHOOK)_(?:ID|TIMESTAMP|SIGNATURE)$/;

/** These have no `HTTP_` before them (RFC 3875, section 4.1). */
const PLAIN_NAMES: Readonly<Record<string, string | undefined>> = {
  CONTENT_TYPE: 'content-type',
  CONTENT_LENGTH: 'content-length',
};

/** Whether there is a variable of a signature header before the first empty line. */
export function looksLikeCgi(bytes: Uint8Array): boolean {
  return variablesOf(headOf(bytes).text).some(([name]) => SIGNATURE_VARIABLE.test(name));
}

/** The body is what follows the first empty line, byte for byte. Throws `CliError` `usage` without one. */
export function parseCgi(bytes: Uint8Array, name: string): RecordedDelivery {
  const { text, body } = headOf(bytes);
  if (body === undefined) {
    throw new CliError('usage', `${name} holds the headers of a delivery and no body`, {
      code: 'bad_delivery',
      hint: 'add an empty line and the body, or give the parts: --payload <file> --id <svix-id> --timestamp <seconds> --signature <v1,...>',
    });
  }
  const variables = variablesOf(text);
  const valueOf = (wanted: string): string | undefined => variables.find(([variable]) => variable === wanted)?.[1];
  const lines = variables.flatMap(([variable, value]): HeaderLine[] => {
    const header = variable.startsWith('HTTP_')
      ? variable.slice('HTTP_'.length).toLowerCase().replaceAll('_', '-')
      : PLAIN_NAMES[variable];
    return header === undefined ? [] : [[header, value]];
  });
  return {
    method: valueOf('REQUEST_METHOD') ?? 'POST',
    target: valueOf('REQUEST_URI')?.replace(/\?.*$/s, '') ?? valueOf('PATH_INFO') ?? '/',
    headers: headersOf(lines),
    body,
    receivedAt: undefined,
    status: undefined,
    bodyKept: true,
  };
}

function variablesOf(text: string): readonly HeaderLine[] {
  return text.split(/\r?\n/).flatMap((line): HeaderLine[] => {
    const [, , name, value = ''] = VARIABLE.exec(line) ?? [];
    return name === undefined ? [] : [[name, unquoted(value)]];
  });
}

function unquoted(value: string): string {
  return /^(['"])(.*)\1$/s.exec(value)?.[2] ?? value;
}

function headOf(bytes: Uint8Array): { readonly text: string; readonly body: Uint8Array | undefined } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const empty = /\r?\n\r?\n/.exec(text);
  if (empty === null) return { text, body: undefined };
  return { text: text.slice(0, empty.index), body: new Uint8Array(bytes.subarray(empty.index + empty[0].length)) };
}
