/** What the reference says of error codes and variables, held against the sources. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentTopic } from '../../src/commands/help/topics/environment.ts';
import { ERROR_CODES } from '../../src/error-codes.ts';

const SRC = join(import.meta.dirname, '../../src');

/** Path below `src`, with slashes -> text; without what the reference is generated from. */
async function sources(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(SRC, { recursive: true })).map((name) => name.replaceAll('\\', '/'));
  const read = names
    .filter((name) => name.endsWith('.ts') && name !== 'error-codes.ts' && !name.startsWith('commands/help/topics/'))
    .map(async (name) => [name, await readFile(join(SRC, name), 'utf8')] as const);
  return new Map(await Promise.all(read));
}

const SOURCES = await sources();

describe('an error code', () => {
  const byFailure: Readonly<
    Record<string, Readonly<Record<string, { readonly cause: string; readonly fix: string }>>>
  > = ERROR_CODES;
  const documented = Object.entries(byFailure).flatMap(([failure, codes]) =>
    Object.keys(codes).map((code) => ({ failure, code })),
  );

  test('that is documented is in the sources', () => {
    const all = [...SOURCES.values()].join('\n');
    expect(documented.filter(({ code }) => !new RegExp(`'${code}'|^ {2}${code}:`, 'm').test(all))).toEqual([]);
  });

  test('is documented below the exit code with which it is thrown', () => {
    const thrown = [...SOURCES].flatMap(([path, text]) =>
      thrownIn(text).map(({ failure, code }) => ({ failure, code, path })),
    );
    expect(thrown.length).toBeGreaterThan(150);
    const missing = thrown.filter(
      ({ failure, code }) => byFailure[failure]?.[code] === undefined && byFailure['several']?.[code] === undefined,
    );
    expect(missing).toEqual([]);
  });

  test('has a cause and a fix that are sentences without a full stop', () => {
    const texts = Object.values(byFailure)
      .flatMap((codes) => Object.values(codes))
      .flatMap(({ cause, fix }) => [cause, fix]);
    expect(texts.filter((text) => !/^(?:[A-Z]|--|"|stdin|stdout).*[^.]$/.test(text))).toEqual([]);
  });
});

/** Failure and code of each `new CliError('usage', ..., { code: 'bad_port' })`. */
function thrownIn(text: string): readonly { readonly failure: string; readonly code: string }[] {
  return [...text.matchAll(/new (?:CliError\(\s*'(\w+)'|UnavailableError\()/g)].flatMap((match) => {
    const call = text.slice(match.index, endOfCall(text, match.index));
    const [, code] = /\bcode: '(\w+)'/.exec(call) ?? [];
    return code === undefined ? [] : [{ failure: match[1] ?? 'unavailable', code }];
  });
}

/** Behind the parenthesis that closes the first one; those in texts are in pairs. */
function endOfCall(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text.charAt(at) === '(') depth += 1;
    else if (text.charAt(at) === ')' && (depth -= 1) === 0) return at;
  }
  return text.length;
}

describe('a variable', () => {
  const documented = environmentTopic().flatMap((part) =>
    typeof part === 'object' && 'rows' in part ? part.rows.flatMap(([names = '']) => names.split(', ')) : [],
  );

  /** Set aside for a moment, and never decides anything. */
  const PRIVATE = new Set(['SNAP']);

  test('that the sources read is documented', () => {
    const read = [...SOURCES].flatMap(([path, text]) =>
      // Code that is printed for other programs has variables of its own.
      path.startsWith('webhooks/frameworks/')
        ? []
        : [...text.matchAll(/\b(OPTIPICK_[A-Z_]+[A-Z])\b|\benv\??\.?(?:\['|\.)([A-Za-z_]+)\b/g)].map(
            ([, own, other]) => own ?? other ?? '',
          ),
    );
    const names = [...new Set(read)].filter((name) => /^[A-Z]/.test(name) || name === 'SystemRoot');
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !documented.includes(name) && !PRIVATE.has(name))).toEqual([]);
  });

  test('that is documented is read', () => {
    // Node.js reads these.
    const ofNode = new Set(['HOME', 'TMPDIR', 'NODE_EXTRA_CA_CERTS']);
    const all = [...SOURCES.values()].join('\n');
    const unread = documented.filter((name) => !ofNode.has(name) && !all.includes(name));
    expect(unread).toEqual([]);
  });
});
