/** The work of `optipick trigger --replay`. */
import { join } from 'node:path';
import { mapBounded } from '../../lib/async/pool.ts';
import type { Context } from '../../context/context.ts';
import { headerOf, withoutCoding } from '../../lib/net/http.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { decodeBody, payloadOf } from '../../webhooks/body-codings.ts';
import { readPayload } from '../../webhooks/read-payload.ts';
import { endToEndHeaders, headersOf } from '../../webhooks/forward-headers.ts';
import { parseRecordedDelivery } from '../../webhooks/receiver/read-deliveries.ts';
import type { RecordedDelivery } from '../../webhooks/receiver/recorded-delivery.ts';
import { messageIdOf } from '../../webhooks/signature-headers.ts';
import { attemptTest } from '../../webhooks/testing/test-attempt.ts';
import { createDeliveryMaker, type MakeDelivery, type TestDelivery } from '../../webhooks/testing/test-delivery.ts';
import { readInput } from '../../context/input-file.ts';
import { createTriggerReport } from './report.ts';
import type { ReplayPlan } from './flags.ts';
import { createEndpointRedaction, webhookSecrets, type SecretsInForce } from '../shared/webhook-secrets.ts';

const IS_IT_THE_TIME = 'timestamp and signature are those that were recorded, and grow old: --re-sign makes new ones';

/** Throws `CliError` `usage` before anything is sent when a file is not a record; later as {@link createTriggerReport} does. */
export async function replay(context: Context, plan: ReplayPlan): Promise<void> {
  const { host, stop } = context;
  const { target, path, timeoutMs } = plan;
  const { files, inFolder } = await recordsIn(context, path);
  const sendable = await sendableRecords(context, files, inFolder);
  const signing = plan.reSign ? await webhookSecrets(context, plan.secretFile, 'to sign with') : undefined;
  const make = signing === undefined ? undefined : maker(context, signing);
  const redact = await createEndpointRedaction(context, target, signing);
  const tools = { http: await host.http(), clock: host.clock, redact };
  const report = await createTriggerReport(context, {
    target,
    flaw: undefined,
    expectation: plan.expectation,
    single: !inFolder,
    whenRejected: make === undefined ? IS_IT_THE_TIME : 'is the secret that of this endpoint?',
  });

  const send = async (file: string): Promise<void> => {
    stop.throwIfAborted();
    const record = parseRecordedDelivery((await readInput(context, file)).bytes, file);
    const delivery = make === undefined ? asRecorded(record) : await signedAgain(record, make);
    const answer = await attemptTest(tools, target, delivery, { timeoutMs, stop });
    const { event, requestId } = readPayload(payloadOf(record.headers, record.body));
    const id = delivery.id === '' ? undefined : delivery.id;
    await report.answered({ id, event, requestId, file, answer });
  };
  for await (const _ of mapBounded(sendable, plan.concurrency, send)) stop.throwIfAborted();
  await report.end();
}

/** The record itself, or those in a folder in the order of their names, which is that of their arrival. */
async function recordsIn(
  { host }: Context,
  path: string,
): Promise<{ readonly files: readonly string[]; readonly inFolder: boolean }> {
  const names = await namesIn(host, path);
  if (names === undefined) return { files: [path], inFolder: false };
  const records: string[] = [];
  for (const name of names.toSorted()) {
    const file = join(path, name);
    if (name.endsWith('.http') && (await host.files.list(file)) === undefined) records.push(file);
  }
  if (records.length > 0) return { files: records, inFolder: true };
  throw new CliError('usage', `there are no recorded deliveries (*.http) in ${path}`, {
    code: 'nothing_recorded',
    hint: 'record some with: optipick listen --record <folder>',
  });
}

/** `undefined` for a file, and for a path that does not exist: reading it reports that. */
async function namesIn({ files }: Context['host'], path: string): Promise<readonly string[] | undefined> {
  try {
    return await files.list(path);
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined;
    throw new CliError('usage', `cannot read the folder ${path}: ${messageOf(cause)}`, {
      code: 'input_not_readable',
      cause,
    });
  }
}

/** The records that have a body to send. All are read before the first is sent. */
async function sendableRecords(
  context: Context,
  files: readonly string[],
  inFolder: boolean,
): Promise<readonly string[]> {
  const sendable: string[] = [];
  for (const file of files) {
    context.stop.throwIfAborted();
    const { bodyKept, bodyWasParsed } = parseRecordedDelivery((await readInput(context, file)).bytes, file);
    if (bodyWasParsed === true) {
      await context.output.warn(
        `${file} holds the body as an object and not the bytes that came: it is sent as compact JSON`,
      );
    }
    if (bodyKept) sendable.push(file);
    else if (inFolder) await context.output.warn(`${file} is left out: its body was too large to be recorded`);
    else {
      throw new CliError('usage', `${file} cannot be sent: its body was too large to be recorded`, {
        code: 'body_not_kept',
        hint: 'record it again with a larger --max-body',
      });
    }
  }
  return sendable;
}

function maker({ host }: Context, { secrets }: SecretsInForce): MakeDelivery {
  return createDeliveryMaker({
    secrets,
    clock: host.clock,
    randomBytes: (size) => host.randomBytes(size),
    marked: false,
  });
}

/** With every header that was recorded, the signature included. */
function asRecorded({ headers, body }: RecordedDelivery): TestDelivery {
  return { id: messageIdOf(headers) ?? '', headers: messageHeaders(headers), body };
}

/**
 * With a new timestamp and signature under its recorded id (a new one for a request without). The body is decoded, so that
 * every receiver can verify it.
 */
async function signedAgain(record: RecordedDelivery, make: MakeDelivery): Promise<TestDelivery> {
  const decoded = decodeBody(record.headers, record.body);
  const { headers, body } =
    decoded?.ok === true ? { headers: withoutCoding(record.headers), body: decoded.body } : record;
  const headerNames = headerOf(headers, 'svix-id') === undefined && hasAny(headers, 'webhook-') ? 'webhook' : 'svix';
  const signed = await make({ id: messageIdOf(headers), body, headerNames });
  const kept = Object.entries(messageHeaders(headers)).filter(([name]) => !/^(?:svix|webhook)-/.test(name));
  return { ...signed, headers: { ...signed.headers, ...Object.fromEntries(kept) } };
}

function hasAny(headers: RecordedDelivery['headers'], prefix: string): boolean {
  return Object.keys(headers).some((name) => name.startsWith(prefix));
}

/** Without those of a connection, which a pasted request may have: the new connection has its own. */
function messageHeaders(headers: RecordedDelivery['headers']): RecordedDelivery['headers'] {
  return headersOf(endToEndHeaders(headers));
}
