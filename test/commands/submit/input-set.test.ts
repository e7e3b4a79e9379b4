import { describe, expect, test } from 'vitest';
import { openInputs } from '../../../src/commands/submit/input-set.ts';
import { createContext } from '../../../src/context/context.ts';
import { CliError } from '../../../src/errors.ts';
import { createFakeHost, type FakeHost, type FakeHostOptions } from '../../support/fake-host.ts';

const TABLE = 'order_id,location_id\nO1,A\n';

interface Opened {
  readonly host: FakeHost;
  readonly names: readonly string[];
  /** What went wrong, in words. */
  readonly failure: string | undefined;
}

async function open(paths: readonly string[], options: FakeHostOptions, skipInvalid = false): Promise<Opened> {
  const host = createFakeHost(options);
  const tasks: (() => void | Promise<void>)[] = [];
  const context = createContext(host, {}, { stop: new AbortController().signal, atEnd: (task) => tasks.push(task) });
  try {
    const set = await openInputs(context, paths, { kind: 'cluster', overrides: { site: 'Example' }, skipInvalid });
    return { host, names: set.entries.map(({ name }) => name), failure: undefined };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const failure = [`${error.exitCode} ${error.code}: ${error.message}`, `hint: ${error.hint}`].join('\n');
    return { host, names: [], failure };
  } finally {
    for (const task of tasks) await task();
  }
}

describe('inputs', () => {
  test('are read from files in the order of the command line, and from stdin', async () => {
    const { names } = await open(['b.csv', '-', 'a.csv'], {
      files: { '/waves/a.csv': TABLE, '/waves/b.csv': TABLE },
      stdin: `wave_id,order_id,location_id\nW1,O1,A\n`,
    });
    expect(names).toEqual(['b.csv', 'W1', 'a.csv']);
  });

  test('are the files of a folder in order, without other types, hidden files and rejected rows', async () => {
    const { names } = await open(['/waves/in'], {
      files: {
        '/waves/in/b.CSV': TABLE,
        '/waves/in/a.jsonl': '{"pick_id":"p","location_id":"A","order_id":"o"}',
        '/waves/in/c.json': '{"picks":[{"pick_id":"p","location_id":"A","order_id":"o"}]}',
        '/waves/in/notes.txt': 'x',
        '/waves/in/._b.CSV': 'x',
        '/waves/in/a.rejected.csv': TABLE,
        '/waves/in/deeper/d.csv': TABLE,
      },
    });
    expect(names).toEqual(['/waves/in/a.jsonl', '/waves/in/b.CSV', '/waves/in/c.json']);
  });

  test.each<[string, readonly string[], string]>([
    [
      'that are not there',
      ['none.csv'],
      '2 input_not_readable: cannot read none.csv: there is no such file\nhint: give the path of a file, or - to read stdin',
    ],
    [
      'that are the same file',
      ['a.csv', '/waves/a.csv'],
      '2 input_twice: /waves/a.csv is named twice, first as a.csv\nhint: name each file once: its requests would be sent twice',
    ],
    [
      'that are stdin twice',
      ['-', '-'],
      '2 input_twice: stdin is named twice\nhint: name each file once: its requests would be sent twice',
    ],
    [
      'that are a folder with nothing in it',
      ['/waves/empty'],
      '2 empty_folder: there is no input in the folder /waves/empty\nhint: a folder is read for its files ending in .csv, .tsv, .json, .ndjson, .jsonl',
    ],
  ])('%s are rejected', async (_, paths, expected) => {
    const { failure } = await open(paths, { files: { '/waves/a.csv': TABLE, '/waves/empty/notes.txt': '' } });
    expect(failure).toBe(expected);
  });
});

test('rejected rows are written beside the input, and those of stdin into the current folder', async () => {
  const table = 'order_id,location_id\nO1,A\nO2,\n';
  const { host } = await open(['/waves/in/a.csv', '-'], { files: { '/waves/in/a.csv': table }, stdin: table }, true);
  const expected =
    'order_id,location_id,REASON,LINE\nO2,,location_id: the location is missing: every pick needs one,3\n';
  expect([host.files.text('/waves/in/a.rejected.csv'), host.files.text('/waves/stdin.rejected.csv')]).toEqual([
    expected,
    expected,
  ]);
});

test('two inputs that differ in their extension have two files of rejected rows', async () => {
  const files = { '/waves/a.csv': 'order_id,location_id\nO1,A\nO2,\n', '/waves/a.ndjson': '{}' };
  const { host } = await open(['a.csv', 'a.ndjson'], { files }, true);
  expect(host.files.paths()).toEqual([
    '/waves/a.csv',
    '/waves/a.ndjson',
    '/waves/a.ndjson.rejected.csv',
    '/waves/a.rejected.csv',
  ]);
});

test('stops waiting for stdin when the command is stopped', async () => {
  const host = createFakeHost();
  const stop = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const endless = {
    ...host,
    stdin: {
      isTTY: false,
      async *bytes(): AsyncGenerator<Uint8Array> {
        yield new TextEncoder().encode('order_id,');
        waiting.resolve();
        await new Promise(() => undefined);
      },
    },
  };
  const context = createContext(endless, {}, { stop: stop.signal, atEnd: () => undefined });
  const opening = openInputs(context, ['-'], { kind: 'route' });
  await waiting.promise;
  stop.abort(new CliError('interrupted', 'interrupted'));
  await expect(opening).rejects.toMatchObject({ failure: 'interrupted' });
});

test('leaves nothing on disk', async () => {
  // More than is kept in memory.
  const table = `order_id,location_id\n${`O1,${'A'.repeat(500)}\n`.repeat(20_000)}`;
  const { host, names } = await open(['a.csv'], { files: { '/waves/a.csv': table } });
  expect([names, host.files.scratches]).toEqual([['a.csv'], 0]);
});
