/** The files of a command line as requests. */
import { basename, dirname, extname, join } from 'node:path';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import type { RequestInput, RequestSetOptions } from '../input/open-request-set.ts';
import type { RequestSet } from '../input/request-set.ts';
import { readInput, unreadable } from './input-file.ts';

export type InputSetOptions = Pick<RequestSetOptions, 'kind' | 'format' | 'map' | 'overrides' | 'skipInvalid'>;

/** What a folder is looked through for. */
const TAKEN = new Set(['.json', '.ndjson', '.jsonl', '.csv', '.tsv']);

/**
 * Reads and checks files, folders and stdin (`-`). Closed when the command ends. Throws `usage` for what cannot be read
 * or has faults: see `openRequestSet`.
 */
export async function openInputs(
  context: Context,
  paths: readonly string[],
  options: InputSetOptions,
): Promise<RequestSet> {
  const { files } = context.host;
  const { openRequestSet } = await import('../input/open-request-set.ts');
  const inputs: RequestInput[] = [];
  for (const path of await expanded(context, paths)) {
    if (path !== '-') {
      inputs.push({ name: path, open: () => told(path, files.stream(path)) });
      continue;
    }
    const { name, bytes } = await readInput(context, path);
    inputs.push({ name, open: () => once(bytes) });
  }
  const scratch = await files.scratch();
  context.atEnd(() => scratch.remove());
  return openRequestSet({
    ...options,
    inputs,
    scratch,
    async writeRejected(name, content) {
      const path = rejectedPath(name);
      try {
        await files.writeAtomic(path, content);
      } catch (cause) {
        throw new CliError('environment', `cannot write the refused rows to ${path}`, {
          code: 'output_not_writable',
          cause,
          hint: 'make its folder writable, or mend the rows; nothing was sent',
        });
      }
      return path;
    },
  });
}

/** `wave.csv` to `wave.rejected.csv`, beside it. */
function rejectedPath(name: string): string {
  if (name === '<stdin>') return 'stdin.rejected.csv';
  return join(dirname(name), `${basename(name, extname(name))}.rejected.csv`);
}

async function expanded({ host }: Context, paths: readonly string[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (const path of paths) {
    if (path === '-') {
      all.push(path);
      continue;
    }
    let names: readonly string[] | undefined;
    try {
      names = await host.files.list(path);
    } catch (cause) {
      throw unreadable(path, cause);
    }
    if (names === undefined) {
      all.push(path);
      continue;
    }
    const taken = names.filter((name) => TAKEN.has(extname(name).toLowerCase()) && !name.includes('.rejected.'));
    if (taken.length === 0) {
      throw new CliError('usage', `there is no request file in the folder ${path}`, {
        code: 'input_not_readable',
        hint: `of a folder the files ${[...TAKEN].join(', ')} are taken`,
      });
    }
    all.push(...taken.map((name) => join(path, name)));
  }
  const twice = all.find((path, index) => all.indexOf(path) !== index);
  if (twice !== undefined) {
    throw new CliError('usage', `${twice === '-' ? 'stdin' : twice} is named twice`, { code: 'conflicting_options' });
  }
  return all;
}

async function* told(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunks;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
