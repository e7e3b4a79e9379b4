/** Files of the user's that a command writes: `-o`, `--junit`. */
import { dirname } from 'node:path';
import type { Context } from '../context.ts';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';
import { quoted } from './optimization/outcome.ts';

/** For before the work: nothing must be sent or waited for that cannot be kept. Throws `CliError` `environment`. */
export async function refuseUnwritable(host: Context['host'], file: string): Promise<void> {
  const folder = dirname(file);
  if (!(await host.files.exists(folder))) {
    throw new CliError('environment', `cannot write ${file}: there is no folder ${folder}`, {
      code: 'output_not_writable',
      hint: `create it first: mkdir ${quoted(folder)}`,
    });
  }
  try {
    await host.files.tryWriting(file);
  } catch (cause) {
    throw notWritable(file, cause);
  }
}

/** Writes a file of the user's, whole or not at all. Throws `CliError` `environment`. */
export async function writeOutput(
  host: Context['host'],
  path: string,
  content: string | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    await host.files.writeAtomic(path, content);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw notWritable(path, cause);
  }
}

function notWritable(path: string, cause: unknown): CliError {
  return new CliError('environment', `cannot write ${path}: ${reasonOf(cause)}`, {
    code: 'output_not_writable',
    cause,
    hint: 'name a file in a folder that exists and is writable',
  });
}

function reasonOf(cause: unknown): string {
  const code = systemCodeOf(cause);
  if (code === 'ENOENT') return 'no such folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  return messageOf(cause);
}
