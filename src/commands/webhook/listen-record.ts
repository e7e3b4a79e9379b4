/** The files of `listen --record`. */
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { recordFileName, renderRecord, type RecordedRequest } from '../../webhook/recording.ts';

export interface Recorder {
  keep(record: RecordedRequest): void;
  /** Fulfilled when all that was given is on disk, or was warned about. */
  flush(): Promise<void>;
}

/**
 * Throws `CliError` `environment` when the folder cannot be made or not written to. Later on a file that cannot be written
 * costs one warning: the deliveries count more.
 */
export async function createRecorder({ host, output }: Context, folder: string): Promise<Recorder> {
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
  let warned = false;
  let last: Promise<void> = Promise.resolve();

  const write = async (name: string, content: Uint8Array, again = true): Promise<void> => {
    try {
      await host.files.writeAtomic(join(path, name), content, 0o600);
    } catch (error) {
      // Somebody has tidied up: the folder is made again, once for each file.
      if (systemCodeOf(error) === 'ENOENT' && again) {
        await host.files.ensurePrivateFolder(path).catch(() => undefined);
        await write(name, content, false);
        return;
      }
      if (warned) return;
      warned = true;
      await output.warn(`what is received cannot be recorded in ${folder}: ${messageOf(error)}`);
    }
  };

  return {
    keep(record) {
      number += 1;
      const name = recordFileName(record, number);
      last = last.then(() => write(name, renderRecord(record)));
    },
    flush: () => last,
  };
}
