/** Reads a file named on the command line, or stdin. */
import type { Context } from '../context.ts';
import { readBytes } from '../domain/http.ts';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';

export interface InputFile {
  /** As errors name it: `picks.json`, `<stdin>`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Throws `usage` when it cannot be read. */
export async function readInput({ host }: Context, path: string): Promise<InputFile> {
  if (path === '-') {
    if (host.stdin.isTTY) await host.stderr.write('reading stdin, end it with Ctrl-D\n');
    return { name: '<stdin>', bytes: await readBytes(host.stdin.bytes()) };
  }
  try {
    return { name: path, bytes: await host.files.read(path) };
  } catch (cause) {
    const reason: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'permission denied',
    };
    throw new CliError('usage', `cannot read ${path}: ${reason[systemCodeOf(cause) ?? ''] ?? messageOf(cause)}`, {
      code: 'input_not_readable',
      cause,
      hint: 'give the path of a file, or - to read stdin',
    });
  }
}
