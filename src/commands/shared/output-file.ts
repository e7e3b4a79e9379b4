/** Files that a command writes for the user: `-o`, `--junit`. */
import { dirname, win32 } from 'node:path';
import type { Context } from '../../context/context.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { quoted } from './job-errors.ts';

/** Call it before the work: nothing must be sent or waited for that cannot be stored. Throws `CliError` `environment`. */
export async function refuseUnwritable(host: Context['host'], file: string): Promise<void> {
  if (host.platform === 'win32') refuseWindowsName(file);
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
    throw notWritable(host, file, cause);
  }
}

/** These characters have other meanings on Windows: after a colon comes a stream of the file that nobody sees. */
function refuseWindowsName(file: string): void {
  const found = /[<>:"|?*]/.exec(win32.basename(file))?.[0];
  if (found === undefined) return;
  throw new CliError('environment', `cannot write ${file}: a file name on Windows cannot contain ${found}`, {
    code: 'output_not_writable',
    hint: 'name the file without any of < > : " | ? *',
  });
}

/** Writes a file, whole or not at all. `mode`: as in `Files.writeAtomic`. Throws `CliError` `environment`. */
export async function writeOutput(
  host: Context['host'],
  path: string,
  content: string | AsyncIterable<Uint8Array>,
  mode?: number,
): Promise<void> {
  try {
    await host.files.writeAtomic(path, content, mode);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw notWritable(host, path, cause);
  }
}

/** The error for a file that cannot be written. `advice`: what to do about a folder that cannot be written to. */
export function notWritable(
  { platform }: Context['host'],
  path: string,
  cause: unknown,
  advice = 'name a file in a folder that exists and is writable',
): CliError {
  const [reason, hint = advice] = reasonOf(cause, platform);
  return new CliError('environment', `cannot write ${path}: ${reason}`, { code: 'output_not_writable', cause, hint });
}

function reasonOf(cause: unknown, platform: string): readonly [reason: string, hint?: string] {
  const code = systemCodeOf(cause) ?? '';
  // A file that can be written beside it but not renamed to it is open.
  const isRefusal = ['EPERM', 'EACCES'].includes(code);
  const isRename = (cause as { readonly syscall?: unknown }).syscall === 'rename';
  if (platform === 'win32' && (code === 'EBUSY' || (isRefusal && isRename))) {
    return ['it is open in another program', 'close it there (Excel?), or name another file'];
  }
  if (code === 'ENOENT') return ['no such folder'];
  if (isRefusal) return ['permission denied'];
  if (code === 'EISDIR') return ['it is a folder'];
  if (code === 'ENOSPC') return ['the disk is full'];
  return [messageOf(cause)];
}
