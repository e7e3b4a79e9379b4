/** The body of `trigger --data`. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { payloadOf } from '../../webhooks/body-codings.ts';
import { parseRecordedDelivery } from '../../webhooks/receiver/read-deliveries.ts';
import { readInput } from '../../context/input-file.ts';

/**
 * The exact bytes of `@file` and `@-` (stdin), or the body of a record (`.http`); any other text must be JSON, as otherwise it
 * is most likely the name of a file. Throws `CliError` `usage`.
 */
export async function bodyOfData(context: Context, data: string): Promise<Uint8Array> {
  if (data.startsWith('@')) {
    const { name, bytes } = await readInput(context, data.slice(1));
    return name.endsWith('.http') ? bodyOfRecord(name, bytes) : bytes;
  }
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

function bodyOfRecord(name: string, bytes: Uint8Array): Uint8Array {
  const { headers, body, bodyKept } = parseRecordedDelivery(bytes, name);
  if (bodyKept) return payloadOf(headers, body);
  throw new CliError('usage', `${name} holds no body: it was too large to be recorded`, { code: 'body_not_kept' });
}
