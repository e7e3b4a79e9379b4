/** What `verify` is to look at: a recorded request, one that was pasted, an entry of a HAR file, or flags. */
import { basename, dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { isRecord, fieldOf, textOf } from '../../domain/loose-fields.ts';
import type { HttpHeaders } from '../../domain/http.ts';
import { CliError } from '../../errors.ts';
import type { HeaderLine } from '../../webhook/delivery.ts';
import type { KnownMessage } from '../../webhook/diagnosis-model.ts';
import { headersOf } from '../../webhook/forward-headers.ts';
import { isLikeSignatureHeader } from '../../webhook/header-variants.ts';
import { looksLikeRequest, parseRecordedDelivery } from '../../webhook/recorded-delivery.ts';
import { readSignatureHeaders } from '../../webhook/signature-headers.ts';
import { readInput } from '../input-file.ts';

export interface VerifyInput {
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** When it was received, in milliseconds since 1970; `undefined`: judge it by now. */
  readonly receivedAt: number | undefined;
  readonly otherMessages: readonly KnownMessage[];
  /** The body ends where a paste ends, and nothing says where it ended when it was sent. */
  readonly endUncertain: boolean;
}

export interface VerifyInputFlags {
  readonly payload?: string;
  readonly id?: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly entry?: number;
}

/** Of the files that `listen --record` writes, and of requests that were saved by hand. */
const RECORD_ENDING = '.http';

/** As many neighbours of a record are looked at, the nearest, as messages that the headers may belong to. */
const NEIGHBOURS = 1000;

/** Throws `CliError` `usage` when there is nothing to verify, or it cannot be read. */
export async function readVerifyInput(
  context: Context,
  file: string | undefined,
  flags: VerifyInputFlags,
): Promise<VerifyInput> {
  const { payload, id, timestamp, signature } = flags;
  const parts = { '--payload': payload, '--id': id, '--timestamp': timestamp, '--signature': signature };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  if (file !== undefined && given.length > 0) {
    throw new CliError('usage', `a file and ${given[0]?.[0]} exclude each other`, { code: 'conflicting_options' });
  }
  if (file === undefined) return fromFlags(context, flags);
  const { name, bytes } = await readInput(context, file);
  if (looksLikeRequest(bytes)) return fromRequest(context, name, bytes);
  return fromHar(name, bytes, flags.entry);
}

async function fromFlags(
  context: Context,
  { payload, id, timestamp, signature }: VerifyInputFlags,
): Promise<VerifyInput> {
  if (payload === undefined) {
    throw new CliError('usage', 'there is nothing to verify', {
      code: 'missing_argument',
      hint: 'optipick verify <file>, or optipick verify --payload <file> --id <svix-id> --timestamp <seconds> --signature <v1,...>',
    });
  }
  const { bytes } = await readInput(context, payload);
  const lines = [
    ['svix-id', id],
    ['svix-timestamp', timestamp],
    ['svix-signature', signature],
  ] as const;
  // A header that was not given is one that is missing: that is a finding, not a wrong usage.
  const headers = headersOf(
    lines.flatMap(([header, value]): HeaderLine[] => (value === undefined ? [] : [[header, value]])),
  );
  return { headers, body: bytes, receivedAt: undefined, otherMessages: [], endUncertain: false };
}

async function fromRequest(context: Context, name: string, bytes: Uint8Array): Promise<VerifyInput> {
  const { headers, body, receivedAt, bodyKept } = parseRecordedDelivery(bytes, name);
  if (!bodyKept) {
    throw new CliError('usage', `${name} was refused before its body was read: there is nothing to verify`, {
      code: 'bad_delivery',
    });
  }
  const otherMessages = name.endsWith(RECORD_ENDING) ? await neighboursOf(context, name) : [];
  const endUncertain = receivedAt === undefined && headers['content-length'] === undefined;
  return { headers, body, receivedAt, otherMessages, endUncertain };
}

/** The other records of the folder. What cannot be read is none. */
async function neighboursOf({ host }: Context, path: string): Promise<readonly KnownMessage[]> {
  const messages: KnownMessage[] = [];
  const names = (await host.files.list(dirname(path))) ?? [];
  const records = names.filter((name) => name.endsWith(RECORD_ENDING)).toSorted();
  const own = records.indexOf(basename(path));
  const near = records.slice(Math.max(0, own - NEIGHBOURS / 2), own + NEIGHBOURS / 2 + 1);
  for (const name of near) {
    // A pipe by that name would be waited for.
    if (name === basename(path) || (await host.files.inspect(join(dirname(path), name)))?.kind !== 'file') continue;
    try {
      const { headers, body } = parseRecordedDelivery(await host.files.read(join(dirname(path), name)), name);
      const reading = readSignatureHeaders(headers);
      if (reading.ok) messages.push({ ...reading.headers, body, from: name });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
  }
  return messages;
}

/** HAR 1.2: `log.entries[].request`, or an entry or request alone. */
function fromHar(name: string, bytes: Uint8Array, number: number | undefined): VerifyInput {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CliError('usage', `${name} is neither an HTTP request nor a HAR file`, {
      code: 'bad_delivery',
      cause,
      hint: 'a request begins with a line such as "POST /webhook HTTP/1.1", or with its headers',
    });
  }
  const listed = fieldOf(fieldOf(document, 'log'), 'entries');
  const entries = (Array.isArray(listed) ? listed : [document]).filter(isRecord);
  const requests = entries.map((entry) => ({ entry, request: isRecord(entry['request']) ? entry['request'] : entry }));
  const chosen =
    number === undefined
      ? (requests.find(({ request }) => headerLines(request).some(([header]) => /^(?:svix|webhook)-/.test(header))) ??
        // What has changed their names is what is to be found out.
        requests.find(({ request }) => headerLines(request).some(([header]) => isLikeSignatureHeader(header))) ??
        (requests.length === 1 ? requests[0] : undefined))
      : requests[number - 1];
  if (
    listed === undefined &&
    !Array.isArray(fieldOf(document, 'headers')) &&
    fieldOf(document, 'request') === undefined
  ) {
    throw new CliError('usage', `${name} is neither an HTTP request nor a HAR file`, {
      code: 'bad_delivery',
      hint: 'for a body alone: optipick verify --payload <file> --id <svix-id> --timestamp <seconds> --signature <v1,...>',
    });
  }
  if (chosen === undefined || !Array.isArray(chosen.request['headers'])) {
    const which = number === undefined ? 'with svix-* or webhook-* headers' : `number ${number}`;
    throw new CliError('usage', `${name} holds no request ${which}`, {
      code: 'bad_delivery',
      hint: `there are ${entries.length} entries; --entry <n> chooses one`,
    });
  }
  const started = Date.parse(textOf(chosen.entry['startedDateTime']) ?? '');
  return {
    headers: headersOf(headerLines(chosen.request)),
    body: bodyOfHar(fieldOf(chosen.request, 'postData')),
    receivedAt: Number.isNaN(started) ? undefined : started,
    endUncertain: false,
    otherMessages: requests
      .filter((other) => other !== chosen)
      .slice(-NEIGHBOURS)
      .flatMap(({ request }) => messageOf(request)),
  };
}

function messageOf(request: Readonly<Record<string, unknown>>): readonly KnownMessage[] {
  const reading = readSignatureHeaders(headersOf(headerLines(request)));
  const text = fieldOf(fieldOf(request, 'postData'), 'text');
  if (!reading.ok || typeof text !== 'string') return [];
  return [{ ...reading.headers, body: bodyOfHar(fieldOf(request, 'postData')), from: 'another entry of the HAR file' }];
}

function headerLines(request: Readonly<Record<string, unknown>>): readonly HeaderLine[] {
  const { headers } = request;
  if (!Array.isArray(headers)) return [];
  return headers.flatMap((header): HeaderLine[] => {
    const [header_, value] = [fieldOf(header, 'name'), fieldOf(header, 'value')];
    return typeof header_ === 'string' && typeof value === 'string' ? [[header_.toLowerCase(), value]] : [];
  });
}

/** A request without a body has none in it. Throws `CliError` `usage` for a body that is no text. */
function bodyOfHar(postData: unknown): Uint8Array {
  const text = fieldOf(postData, 'text');
  if (text !== undefined && typeof text !== 'string') {
    throw new CliError('usage', 'the postData of the HAR entry has no text', { code: 'bad_delivery' });
  }
  if (text === undefined) return new Uint8Array(0);
  return Buffer.from(text, fieldOf(postData, 'encoding') === 'base64' ? 'base64' : 'utf8');
}
