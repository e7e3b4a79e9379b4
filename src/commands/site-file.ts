/** A warehouse layout that is named on the command line. */
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { parseSite } from '../sandbox/layout.ts';
import type { Site } from '../sandbox/model.ts';
import { readInput } from './input-file.ts';

/** Throws `CliError` `usage` when it cannot be read, is no JSON, or has faults (`bad_site_file`). */
export async function readSite(context: Context, path: string): Promise<Site> {
  const { bytes, name } = await readInput(context, path);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CliError('usage', `the site file ${name} is not JSON: ${(cause as Error).message}`, {
      code: 'bad_site_file',
      cause,
    });
  }
  return parseSite(value);
}
