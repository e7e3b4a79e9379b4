/** `--param key=json`. */
import { CliError } from '../../errors.ts';
import { parseJson } from './parser.ts';
import { createFlagSource, type Source } from './source.ts';

/**
 * The value of one parameter as a source of its own. Throws `CliError` `usage` (`invalid_parameter`) when it is not
 * JSON: a bare word is not read as a text, since `true` and `"true"` differ.
 */
export function parameterSource(key: string, json: string): Source {
  const source = createFlagSource(`--param ${key}`, json);
  try {
    parseJson(source);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    const reason = json.trim() === '' ? 'it is empty' : (cause.details[0]?.message ?? cause.message);
    throw new CliError('usage', `--param ${key}: the value is not JSON: ${reason}`, {
      code: 'invalid_parameter',
      hint: `a text needs its own quotes inside those of the shell: --param '${key}=${JSON.stringify(exampleOf(json))}'`,
      cause,
    });
  }
  return source;
}

/** The text that was probably meant; an invented one when that would not survive the quotes of a shell. */
function exampleOf(json: string): string {
  const bare = json.trim();
  return /^[\p{L}\p{N} _.:/-]{1,40}$/u.test(bare) ? bare : 'text';
}
