/** The port of `listen`: accepts deliveries into the inbox, and records and reports every request. */
import type { Context } from '../../context/context.ts';
import type { ListenerState } from '../../context/inbox-services.ts';
import { readInput } from '../../context/input-file.ts';
import { createByteBudget } from '../../lib/bytes/budget.ts';
import { MAX_BYTES_IN_FLIGHT } from '../../limits.ts';
import type { ServeOptions } from '../../platform/host.ts';
import type { Processor } from '../../webhooks/inbox/processor.ts';
import { isRecordedHeader } from '../../webhooks/receiver/recording.ts';
import { createReceiver } from '../../webhooks/receiver/receiver.ts';
import type { Ending } from './ending.ts';
import type { ListenPlan, ListenSource } from './flags.ts';
import { notVerified } from './messages.ts';
import { createRecorder } from './record.ts';
import type { Reporter } from './reporter.ts';
import type { Signatures } from './signatures.ts';

/** Above this the server itself cuts a request off; below it the receiver can report it. */
const OVERSIZE_BYTES = 16 * 1024 * 1024;

/** Reads the files and settings that the port needs. Throws `CliError` `usage` for a file that cannot be read. */
export async function readServeOptions(context: Context, source: ListenSource): Promise<ServeOptions> {
  const { host, port, maxBodyBytes, tls } = source;
  const read = async (file: string): Promise<Uint8Array> => (await readInput(context, file)).bytes;
  const keys = tls && { cert: await read(tls.cert), key: await read(tls.key) };
  return {
    host,
    port: port ?? (await context.settings()).port.value,
    maxBodyBytes: maxBodyBytes + OVERSIZE_BYTES,
    ...(keys === undefined ? {} : { tls: keys }),
  };
}

export interface PortParts {
  readonly plan: Pick<ListenPlan, 'source' | 'inbox' | 'ending'>;
  readonly serveOptions: ServeOptions;
  readonly signatures: Signatures;
  readonly state: Pick<ListenerState, 'inbox' | 'owner' | 'rejections'>;
  readonly work: Pick<Processor, 'steps' | 'wake'>;
  readonly reporter: Reporter;
  readonly ending: Ending;
}

/** Throws `CliError` `environment` when the port is in use, or the inbox or the folder of records cannot be written. */
export async function openPort(
  context: Context,
  { plan, serveOptions, signatures, state, work, reporter, ending }: PortParts,
) {
  const { host, stop } = context;
  const { path, check: sourceCheck, maxBodyBytes } = plan.source;
  const { record } = plan.inbox;
  const recorder = record && (await createRecorder(context, record, () => reporter.limitReached('rejected_records')));
  const closing = new AbortController();
  const app = createReceiver({
    path,
    verifier: signatures.verifier,
    sourceCheck,
    inbox: state.inbox,
    steps: work.steps,
    clock: host.clock,
    maxBodyBytes,
    budget: createByteBudget(Math.max(MAX_BYTES_IN_FLIGHT, maxBodyBytes)),
    limitsReached: () => reporter.limitsReached(),
    record: recorder && ((request) => recorder.record(request)),
    closing: closing.signal,
    events: {
      accepted(delivery) {
        reporter.accepted(delivery);
        work.wake();
      },
      duplicate: (delivery) => reporter.duplicate(delivery),
      rejected(refusal) {
        reporter.rejected(refusal);
        const headers = refusal.headers.filter(([name]) => isRecordedHeader(name));
        void state.rejections.add({ ...refusal, headers });
        const failure = plan.ending.once ? notVerified(refusal, signatures.shownSecrets) : undefined;
        if (failure !== undefined) ending.fail(failure);
      },
    },
  });
  // A write that changes nothing: a state that can only be read is reported now, and not to the first sender.
  await state.inbox.release(state.owner);
  stop.throwIfAborted();
  const server = await host.serve(app, {
    ...serveOptions,
    // Answered already; the receiver reports and records it like any other rejected request.
    onTooLarge: (request) => void app(request).catch(ending.fail),
    onRejected(rejection) {
      reporter.rejectedByPort(rejection);
      state.rejections.count();
    },
  });
  return {
    /** Receives, whichever way a request arrives. */
    app,
    port: server.port,
    /** Where the webhook is received. */
    url: `${server.url}${path}`,
    /** Aborted when the port starts to close. */
    closing: closing.signal,
    /** How many requests could not be recorded; `undefined` without `--record`. */
    notRecorded: () => recorder?.notRecorded(),
    /** Rejects what arrives from now on, and waits for what is being answered. */
    async close(graceMs: number): Promise<void> {
      closing.abort();
      await server.close(graceMs);
    },
  };
}
