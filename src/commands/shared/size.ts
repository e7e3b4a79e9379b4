/** Sizes as people type them. */
import { CliError } from '../../errors.ts';

const POWERS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4 };

/**
 * Bytes of `512`, `64kb`, `1mb`, `1.5 MiB`, `2g`: powers of 1024, whatever the spelling; a bare number is bytes. `what`
 * is the flag, for the message. Throws `CliError` `usage` for anything else.
 */
export function parseSize(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(?:(b)|([kmgt])(?:i?b)?)?$/i.exec(text.trim());
  const [, digits = '', byte, prefix] = match ?? [];
  const power = POWERS[(prefix ?? byte ?? 'b').toLowerCase()] ?? 0;
  const bytes = match === null ? Number.NaN : Math.floor(Number(digits) * 1024 ** power);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new CliError('usage', `${what}: "${text}" is not a size`, {
    code: 'invalid_size',
    hint: 'write a number and a unit: 512b, 64kb, 1mb or 1gb (powers of 1024); a bare number is bytes',
  });
}
