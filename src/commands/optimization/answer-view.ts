/** Shows one finished answer, on stdout or in a file, as a table or as the API's own bytes. */
import { dirname } from 'node:path';
import type { Answer, AnswerBytes } from '../../api/model.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { renderAnswer } from '../../output/optimization.ts';
import { createStyle } from '../../output/style.ts';
import { createChunkQueue } from '../../output/chunk-queue.ts';
import { knownSummary } from './outcome.ts';

export type AnswerFormat = 'table' | 'json';

export interface AnswerViewOptions {
  /** `--format` */
  readonly format?: string;
  /** `-o`: a file instead of stdout. */
  readonly output?: string;
  /** `--all`: lists are not cut. */
  readonly all?: boolean;
}

/** Fetches through `fetch` (which may fill the sink), then shows. Throws `failed` (exit 3) for a failed job, after showing it. */
export interface AnswerView {
  readonly format: AnswerFormat;
  /** Throws `environment` when the file could not be written. For before something is sent that cannot be taken back. */
  refuseUnwritable(): Promise<void>;
  /** Runs `fetch`, shows what it brings, and returns it. */
  show(fetch: (sink: AnswerBytes | undefined) => Promise<Answer>): Promise<Answer>;
}

const EXTENSIONS: Readonly<Record<string, AnswerFormat>> = { json: 'json', txt: 'table' };

/** Throws `usage` for a format that is not known, before anything is sent. */
export function createAnswerView({ output, host }: Context, options: AnswerViewOptions): AnswerView {
  const format = formatOf(options, output.json);
  const file = options.output;

  const tableLines = async (answer: Answer, toFile: boolean): Promise<Iterable<string>> =>
    renderAnswer(knownSummary(answer), {
      width: toFile ? undefined : output.width,
      style: toFile ? await createStyle(0) : await output.style(),
      all: options.all ?? false,
    });

  const refuseUnwritable = async (): Promise<void> => {
    if (file !== undefined) await refuseMissingFolder(host, file);
  };

  return {
    format,
    refuseUnwritable,
    async show(fetch) {
      await refuseUnwritable();
      if (format === 'table') {
        const answer = await fetch('discard');
        if (file === undefined) await output.lines(await tableLines(answer, false));
        else await writeFile(host, file, [...(await tableLines(answer, true)), ''].join('\n'));
        return answer;
      }
      if (file === undefined) {
        let last = 0;
        const answer = await fetch(async (chunk) => {
          last = chunk.at(-1) ?? last;
          await output.write(chunk);
        });
        if (last !== 0x0a) await output.write('\n');
        return answer;
      }
      // The answer flows into a temporary file while it arrives; the name appears only when it is whole.
      const queue = createChunkQueue();
      const written = writeFile(host, file, queue.chunks);
      written.catch((error: unknown) => queue.fail(error));
      try {
        const answer = await fetch((chunk) => queue.push(chunk));
        queue.end();
        await written;
        return answer;
      } catch (error) {
        queue.fail(error);
        await written.catch(() => undefined);
        throw error;
      }
    },
  };
}

function formatOf(options: AnswerViewOptions, json: boolean): AnswerFormat {
  const extension = /\.([A-Za-z0-9]+)$/.exec(options.output ?? '')?.[1]?.toLowerCase();
  const word = options.format ?? (json ? 'json' : extension === undefined ? 'table' : extension);
  const format = word === 'table' ? 'table' : EXTENSIONS[word];
  if (format === undefined) {
    const source = options.format === undefined ? `the extension of ${options.output ?? ''}` : '--format';
    throw new CliError('usage', `unknown output format "${word}" (from ${source})`, {
      code: 'unknown_format',
      hint: 'the formats are table (.txt) and json (.json); choose one with --format',
    });
  }
  return format;
}

/** Said before the API is asked: an answer must not be waited for that cannot be kept. */
export async function refuseMissingFolder(host: Context['host'], file: string): Promise<void> {
  const folder = dirname(file);
  if (await host.files.exists(folder)) return;
  throw new CliError('environment', `cannot write ${file}: there is no folder ${folder}`, {
    code: 'output_not_writable',
    hint: `create it first: mkdir ${folder}`,
  });
}

export async function writeFile(
  host: Context['host'],
  path: string,
  content: string | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    await host.files.writeAtomic(path, content);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('environment', `cannot write ${path}: ${reasonOf(cause)}`, {
      code: 'output_not_writable',
      cause,
      hint: 'the folder must exist and be writable',
    });
  }
}

function reasonOf(cause: unknown): string {
  const code = (cause as { code?: unknown }).code;
  if (code === 'ENOENT') return 'no such folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  return cause instanceof Error ? cause.message : String(cause);
}
