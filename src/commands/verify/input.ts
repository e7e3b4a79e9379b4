/** Reads the delivery for `verify`: from a record, a pasted or dumped request, or flags. */
import { basename, dirname, join } from 'node:path';
import type { Context } from '../../context/context.ts';
import type { HttpHeaders } from '../../lib/net/http.ts';
import { CliError } from '../../errors.ts';
import type { KnownMessage } from '../../webhooks/diagnosis/model.ts';
import { isSigned, parseRecordedDelivery, readDeliveries } from '../../webhooks/receiver/read-deliveries.ts';
import type { RecordedDelivery } from '../../webhooks/receiver/recorded-delivery.ts';
import { readSignatureHeaders } from '../../webhooks/signature-headers.ts';
import { readInput } from '../../context/input-file.ts';

export interface VerifyInput {
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** When it was received, in milliseconds since 1970; `undefined` when that is not known. */
  readonly receivedAt: number | undefined;
  readonly otherMessages: readonly KnownMessage[];
  /** No `content-length` says where the pasted body ends: a line end may belong to the paste. */
  readonly endUncertain: boolean;
}

export interface VerifyInputFlags {
  readonly payload?: string;
  readonly id?: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly entry?: number;
}

/** The extension of files that `listen --record` writes, and of requests that were saved by hand. */
const RECORD_ENDING = '.http';

/** How many other records of the folder the headers may belong to: those next to the record. */
const NEARBY_RECORDS = 1000;

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
    throw new CliError('usage', `a file and ${given[0]?.[0]} cannot be combined`, { code: 'conflicting_options' });
  }
  if (file === undefined) return fromFlags(context, flags);
  const { name, bytes } = await readInput(context, file);
  return fromFile(context, name, bytes, flags.entry);
}

async function fromFlags(
  context: Context,
  { payload, id, timestamp, signature }: VerifyInputFlags,
): Promise<VerifyInput> {
  const parts = { '--payload': payload, '--id': id, '--timestamp': timestamp, '--signature': signature };
  const missing = Object.entries(parts).flatMap(([flag, value]) => (value === undefined ? [flag] : []));
  if (payload === undefined || missing.length > 0) {
    const isNothing = missing.length === Object.keys(parts).length;
    const absent = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
    throw new CliError('usage', isNothing ? 'there is nothing to verify' : absent, {
      code: 'missing_argument',
      hint: isNothing
        ? 'run optipick verify <file>, or optipick verify --help'
        : 'give all four flags, or the file of a delivery instead',
    });
  }
  const { bytes } = await readInput(context, payload);
  const headers = { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature };
  return { headers, body: bytes, receivedAt: undefined, otherMessages: [], endUncertain: false };
}

async function fromFile(
  context: Context,
  name: string,
  bytes: Uint8Array,
  number: number | undefined,
): Promise<VerifyInput> {
  const all = readDeliveries(bytes, name);
  const signed = all.find(({ headers }) => readSignatureHeaders(headers).ok) ?? all.find(isSigned);
  const chosen = number === undefined ? (signed ?? (all.length === 1 ? all[0] : undefined)) : all[number - 1];
  if (chosen === undefined) {
    const which = number === undefined ? 'with svix-* or webhook-* headers' : `number ${number}`;
    throw new CliError('usage', `${name} holds no request ${which}`, {
      code: 'bad_delivery',
      hint: `there are ${all.length} entries; --entry <n> chooses one`,
    });
  }
  const { headers, body, receivedAt, bodyKept, bodyWasParsed = false } = chosen;
  if (!bodyKept) {
    throw new CliError('usage', `${name} was rejected before its body was read, so there is nothing to verify`, {
      code: 'bad_delivery',
    });
  }
  if (bodyWasParsed) {
    await context.output.warn(
      `${name} holds the body as an object and not its bytes, so it is verified as compact JSON`,
    );
  }
  const beside = name.endsWith(RECORD_ENDING) ? await nearbyMessages(context, name) : [];
  const inside = all.filter((other) => other !== chosen).slice(-NEARBY_RECORDS);
  return {
    headers,
    body,
    receivedAt,
    otherMessages: [...beside, ...inside.flatMap((other) => messageOf(other, `another entry of ${name}`))],
    endUncertain: receivedAt === undefined && headers['content-length'] === undefined,
  };
}

/** The messages in the records next to this one. A file that cannot be read is skipped. */
async function nearbyMessages({ host }: Context, path: string): Promise<readonly KnownMessage[]> {
  const messages: KnownMessage[] = [];
  const names = (await host.files.list(dirname(path))) ?? [];
  const records = names.filter((name) => name.endsWith(RECORD_ENDING)).toSorted();
  const own = records.indexOf(basename(path));
  const near = records.slice(Math.max(0, own - NEARBY_RECORDS / 2), own + NEARBY_RECORDS / 2 + 1);
  for (const name of near) {
    // Reading a pipe would block.
    if (name === basename(path) || (await host.files.inspect(join(dirname(path), name)))?.kind !== 'file') continue;
    try {
      messages.push(...messageOf(parseRecordedDelivery(await host.files.read(join(dirname(path), name)), name), name));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
  }
  return messages;
}

function messageOf({ headers, body }: RecordedDelivery, from: string): readonly KnownMessage[] {
  const reading = readSignatureHeaders(headers);
  return reading.ok ? [{ ...reading.headers, body, from }] : [];
}
