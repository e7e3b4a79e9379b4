/** The body of `trigger --data`. */
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { readInput } from '../input-file.ts';

/**
 * `@file` and `@-` (stdin) to the byte, whatever they hold; else the text itself, which must be JSON, as it is most likely
 * a file's name otherwise. Throws `CliError` `usage`.
 */
export async function bodyOfData(context: Context, data: string): Promise<Uint8Array> {
  if (data.startsWith('@')) return (await readInput(context, data.slice(1))).bytes;
  try {
    JSON.parse(data);
  } catch {
    throw new CliError('usage', '--data takes JSON, or @ and the name of a file', {
      code: 'bad_data',
      hint: `for a file: --data ${/^[\w./\\:-]+$/.test(data) ? `@${data}` : '@body.json'}; a file may hold any bytes`,
    });
  }
  return new TextEncoder().encode(data);
}
