/** The files, folders and stdin that a command line names, as one set of requests. */
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Context } from '../../context/context.ts';
import { CliError, systemCodeOf } from '../../errors.ts';
import type { RequestSet } from '../../requests/request-set.ts';
import type { RejectedSink, SetInput, SetOptions } from '../../requests/set-options.ts';
import { openInput, unreadable } from '../../context/input-file.ts';
import { notWritable } from '../shared/output-file.ts';

export type InputSetOptions = Omit<SetOptions, 'inputs' | 'scratch' | 'rejectedSink'>;

/** The files of a folder that are read. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.csv', '.tsv', '.json', '.ndjson', '.jsonl']);
const REJECTED = '.rejected.csv';
const STDIN = '<stdin>';

/**
 * Reads and checks all that `paths` name: files, folders (their tables and JSON files in the order of their names, not
 * hidden ones and not the folders in them), `-` for stdin. Throws `CliError` `usage` for what cannot be read and for what
 * is named twice, and as `openRequestSet`. The set is closed when the command ends.
 */
export async function openInputs(
  context: Context,
  paths: readonly string[],
  options: InputSetOptions,
): Promise<RequestSet> {
  const { host } = context;
  const names: string[] = [];
  for (const path of paths) names.push(...(await filesOf(context, path)));
  await refuseTwice(context, names);
  const { openRequestSet } = await import('../../requests/open.ts');
  const set = await openRequestSet({
    ...options,
    inputs: names.map((path) => inputOf(context, path)),
    scratch: () => host.files.scratch(host.temporaryFolder),
    rejectedSink: createSinks(context),
  });
  context.atEnd(() => set.close());
  return set;
}

/** The files of a folder, else the path itself; `-` stays. */
async function filesOf({ host }: Context, path: string): Promise<string[]> {
  if (path === '-') return [path];
  let found: readonly string[] | undefined;
  try {
    found = await host.files.list(path);
  } catch (cause) {
    // Reading it reports what is wrong.
    if (systemCodeOf(cause) === 'ENOENT') return [path];
    throw unreadable(path, cause);
  }
  if (found === undefined) return [path];
  const names = found.filter((name) => EXTENSIONS.has(extname(name).toLowerCase()) && !isPassedOver(name));
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new CliError('usage', `there is no input in the folder ${path}`, {
    code: 'empty_folder',
    hint: `a folder is read for its files ending in ${[...EXTENSIONS].join(', ')}`,
  });
}

/** Rows that an earlier run left out are no input of the next, nor are hidden files (macOS stores a `._wave.csv` beside a file). */
function isPassedOver(name: string): boolean {
  return name.startsWith('.') || name.toLowerCase().endsWith(REJECTED);
}

async function refuseTwice({ host }: Context, names: readonly string[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const name of names) {
    const key = name === '-' ? name : ((await host.files.identity(name)) ?? resolve(host.cwd, name));
    const first = seen.get(key);
    seen.set(key, name);
    if (first === undefined) continue;
    const shown = name === '-' ? 'stdin' : name;
    throw new CliError('usage', `${shown} is named twice${first === name ? '' : `, first as ${first}`}`, {
      code: 'input_twice',
      hint: 'name each file once: its requests would be sent twice',
    });
  }
}

function inputOf(context: Context, path: string): SetInput {
  const { name, chunks } = openInput(context, path);
  return { name, open: () => chunks };
}

/** Beside the input; for stdin in the folder of the command. Of `a.csv` and `a.ndjson` the second keeps its extension. */
function createSinks(context: Context): SetOptions['rejectedSink'] {
  const taken = new Set<string>();
  return (name) => {
    const short = name === STDIN ? `stdin${REJECTED}` : join(dirname(name), basename(name, extname(name)) + REJECTED);
    const path = taken.has(short) ? `${name}${REJECTED}` : short;
    taken.add(path);
    return sinkOf(context, path);
  };
}

function sinkOf({ host }: Context, path: string): RejectedSink {
  return {
    path,
    async write(content) {
      try {
        await host.files.writeAtomic(path, content);
      } catch (cause) {
        if (systemCodeOf(cause) === undefined) throw cause;
        throw notWritable(
          host,
          path,
          cause,
          'the refused rows have to be kept: make the folder writable, or read from another one',
        );
      }
    },
  };
}
