/** The files of `listen --record`. */
import { join, resolve } from 'node:path';
import type { Context } from '../../context/context.ts';
import { RECORDS_AT_ONCE } from '../../limits.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { recordFileName, renderRecord, type RecordedRequest } from '../../webhooks/receiver/recording.ts';
import type { ListenPlan } from './flags.ts';

/**
 * Throws `CliError` `environment` when the folder cannot be created or written to. Later on a file that cannot be written
 * costs one warning: the deliveries count more.
 *
 * @param onFull called for each rejected request beyond `rejectedBytes`: whoever floods the port must not fill the disk
 */
export async function createRecorder(
  { host, output }: Context,
  { folder, rejectedBytes }: NonNullable<ListenPlan['inbox']['record']>,
  onFull: () => void,
) {
  const path = resolve(host.cwd, folder);
  try {
    await host.files.ensurePrivateFolder(path);
    await host.files.tryWriting(join(path, 'record.http'));
  } catch (cause) {
    throw new CliError('environment', `cannot record in ${folder}: ${messageOf(cause)}`, {
      code: 'record_folder_not_writable',
      cause,
      hint: 'give --record a folder that can be made and written to',
    });
  }
  let number = 0;
  let notRecorded = 0;
  let rejected = 0;
  let warned = false;
  const places = createPlaces(RECORDS_AT_ONCE);

  /** Whether it was written. */
  const write = async (name: string, content: Uint8Array, isFirst = true): Promise<boolean> => {
    try {
      await host.files.writeAtomic(join(path, name), content, 0o600);
      return true;
    } catch (error) {
      // Somebody has removed the folder: it is created again, once for each file.
      if (systemCodeOf(error) === 'ENOENT' && isFirst) {
        await host.files.ensurePrivateFolder(path).catch(() => undefined);
        return await write(name, content, false);
      }
      notRecorded += 1;
      if (warned) return false;
      warned = true;
      await output.warn(`what is received cannot be recorded in ${folder}: ${messageOf(error)}`);
      return false;
    }
  };

  return {
    /** The file that the request is in, once it is on disk; `undefined` when it is counted as not recorded. Never rejects. */
    async record(request: RecordedRequest): Promise<string | undefined> {
      if (request.status >= 400) {
        if (rejected >= rejectedBytes) {
          notRecorded += 1;
          onFull();
          return undefined;
        }
        rejected += request.body?.byteLength ?? 0;
      }
      number += 1;
      const name = recordFileName(request, number);
      await places.take();
      try {
        return (await write(name, renderRecord(request))) ? join(folder, name) : undefined;
      } finally {
        places.giveBack();
      }
    },
    /** How many could not be recorded. */
    notRecorded: () => notRecorded,
  };
}

/** Lets `count` through at a time; the others wait in order. */
function createPlaces(count: number): { take(): Promise<void>; giveBack(): void } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    giveBack() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}
