/** `docs/reference/library.md`: what the npm package exports, from the declarations and docstrings that users get. */
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declarationsOf } from '../declarations.ts';
import { anchorOf, code, fenced } from './markdown.ts';

const ENTRIES = [
  {
    source: 'src/index.ts',
    file: 'index.d.ts',
    specifier: 'optipick',
    sample: `import { createClient, verifyDelivery } from 'optipick';

const client = createClient({ apiKey: process.env.OPTIPICK_API_KEY });
const { requestId } = await client.submit('cluster', request);
const { state, answer } = await client.wait('cluster', requestId);`,
  },
  {
    source: 'src/sandbox-entry.ts',
    file: 'sandbox-entry.d.ts',
    specifier: 'optipick/sandbox',
    sample: `import { createSandbox } from 'optipick/sandbox';

await using sandbox = await createSandbox({ latency: 0 });
sandbox.addEndpoint('http://127.0.0.1:3000/hooks');`,
  },
] as const;

interface Exported {
  readonly name: string;
  /** Without a docstring: empty. */
  readonly summary: string;
  readonly declaration: string;
}

export async function libraryPage(): Promise<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const declarations = await declarationsOf({ root, entries: ENTRIES.map(({ source }) => source) });
  const seen = new Set<string>();
  const parts = ENTRIES.map(({ file, specifier, sample }) => {
    const all = exportsOf(file, declarations);
    const own = all.filter(({ name }) => !seen.has(name));
    const shared = all.filter(({ name }) => seen.has(name));
    for (const { name } of own) seen.add(name);
    return [
      `## ${specifier}`,
      fenced('ts', sample),
      own.map(({ name }) => `- [${code(name)}](#${anchorOf(name)})`).join('\n'),
      ...(shared.length === 0 ? [] : [`As in \`optipick\`: ${shared.map(linkTo).join(', ')}.`]),
      ...own.map(section),
    ].join('\n\n');
  });
  return [
    '# Library',
    `The npm package has two entries. Both are ES modules for Node.js 22.19 and newer, and bring their own types. What is
not exported there is not part of the promise.`,
    ...parts,
  ].join('\n\n');
}

function linkTo({ name }: Exported): string {
  return `[${code(name)}](#${anchorOf(name)})`;
}

function section({ name, summary, declaration }: Exported): string {
  // Its type is computed from the table that the page is made of.
  const shown =
    name === 'ErrorCode'
      ? 'Every code is listed in [exit codes](exit-codes.md#error-codes).'
      : fenced('ts', declaration);
  return [`### ${name}`, ...(summary === '' ? [] : [summary]), shown].join('\n\n');
}

/** Functions and values first, as they are exported. */
function exportsOf(file: string, declarations: ReadonlyMap<string, string>): readonly Exported[] {
  const text = declarations.get(file) ?? '';
  const found = [...text.matchAll(/^export (type )?\{([^}]*)\} from '([^']+)';/gm)].flatMap(
    ([, type, names = '', from = '']) =>
      names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .map((name) => ({ name, isType: type !== undefined, from: posix.join(dirname(file), from) })),
  );
  return [...found.filter(({ isType }) => !isType), ...found.filter(({ isType }) => isType)].map(({ name, from }) =>
    declarationOf(name, from.replace(/\.js$/, '.d.ts'), declarations),
  );
}

/** Follows a name that the file itself only passes on. */
function declarationOf(name: string, file: string, declarations: ReadonlyMap<string, string>): Exported {
  const text = declarations.get(file) ?? '';
  const match = new RegExp(
    `(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?export (?:declare )?(?:interface|type|function|class|const) ${name}\\b`,
  ).exec(text);
  if (match === null) {
    const imported = [...text.matchAll(/^import .*?\{([^}]*)\} from '([^']+)'/gm)];
    const [, , from] = imported.find(([, names = '']) => new RegExp(`\\b${name}\\b`).test(names)) ?? [];
    if (from === undefined) throw new Error(`${file} does not declare ${name}`);
    return declarationOf(name, posix.join(dirname(file), from).replace(/\.js$/, '.d.ts'), declarations);
  }
  const [comment = '', docstring = ''] = match;
  const start = match.index + comment.lastIndexOf('export ');
  return {
    name,
    summary: docstring
      .replaceAll(/^\s*\* ?/gm, '')
      .replaceAll(/\{@link (\w+)\}/g, '`$1`')
      .trim(),
    declaration: text.slice(start, endOfDeclaration(text, start)).replace(/^export (?:declare )?/, ''),
  };
}

/** Behind the brace that closes an interface or class, or the semicolon that ends any other. */
function endOfDeclaration(text: string, start: number): number {
  const isBlock = /^export (?:declare )?(?:interface|class)/.test(text.slice(start, start + 40));
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if ('{(['.includes(character)) depth += 1;
    else if ('})]'.includes(character)) {
      depth -= 1;
      if (isBlock && depth === 0 && character === '}') return at + 1;
    } else if (character === ';' && depth === 0) return at + 1;
  }
  return text.length;
}
