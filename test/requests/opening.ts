/** Opens a set of requests from texts in memory. */
import { openRequestSet } from '../../src/requests/open.ts';
import type { RequestSet } from '../../src/requests/request-set.ts';
import type { SetOptions } from '../../src/requests/set-options.ts';
import { CliError } from '../../src/errors.ts';
import { createFakeFiles } from '../support/fake-files.ts';
import { formatDetail, textOf } from './errors.ts';

export type Opening = Partial<Omit<SetOptions, 'inputs'>>;

/** The name of an input, and what is in it. */
export type Inputs = Readonly<Record<string, string | Uint8Array>>;

export interface Opened {
  readonly set: RequestSet;
  /** The rejected rows as written, by file. */
  readonly rejected: Readonly<Record<string, string>>;
}

/** Opens a cluster problem, by default on the site `Example`. Inputs arrive in small pieces. */
export async function open(inputs: Inputs, options: Opening = {}): Promise<Opened> {
  const rejected: Record<string, string> = {};
  const set = await openRequestSet({
    kind: 'cluster',
    overrides: { site: 'Example' },
    ...options,
    inputs: Object.entries(inputs).map(([name, content]) => ({ name, open: () => inPieces(content) })),
    scratch: createFakeFiles('/').scratch.bind(undefined, '/tmp'),
    rejectedSink: (name) => ({
      path: `${name}.rejected.csv`,
      async write(content) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of content) chunks.push(chunk);
        rejected[name] = textOf(Buffer.concat(chunks));
      },
    }),
  });
  return { set, rejected };
}

/** The bodies by name, and what was warned of. */
export async function requests(
  inputs: Inputs,
  options: Opening = {},
): Promise<{ readonly bodies: Record<string, string>; readonly warnings: readonly string[] }> {
  const { set } = await open(inputs, options);
  const bodies: Record<string, string> = {};
  for (const entry of set.entries) bodies[entry.name] = textOf(await entry.body());
  const warnings = set.warnings.map(formatDetail);
  await set.close();
  return { bodies, warnings };
}

/** The failure as people read it: the message, its details, the hint. */
export async function refusal(inputs: Inputs, options: Opening = {}): Promise<string[]> {
  try {
    const { set } = await open(inputs, options);
    await set.close();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const details = error.details.map(
      (detail) => `  ${detail.place === undefined ? detail.message : formatDetail(detail)}`,
    );
    return [`${error.exitCode} ${error.code}: ${error.message}`, ...details, `hint: ${error.hint}`];
  }
  throw new Error('nothing was thrown');
}

async function* inPieces(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}
