import { defineConfig, type OxlintConfig } from 'oxlint';

type Overrides = NonNullable<OxlintConfig['overrides']>;
type Rules = NonNullable<OxlintConfig['rules']>;
type Pattern = { group?: string[]; regex?: string; allowImportNames?: string[]; message: string };

const throughHost = { message: 'Reach the machine through Host.' };

/**
 * What each folder and root file of `src` may import beside itself: arrows fall, types and late imports included. Every folder
 * but `lib` may import the facts, which are root files.
 */
const MAY_IMPORT: Readonly<Record<string, string>> = {
  'error-codes.ts': '',
  'errors.ts': 'error-codes.ts',
  'ids.ts': '',
  'kinds.ts': '',
  'limits.ts': 'lib',
  lib: '',
  settings: 'lib',
  site: 'lib',
  platform: 'lib settings',
  requests: 'lib settings platform',
  state: 'lib settings platform',
  answers: 'lib settings requests',
  api: 'lib settings platform answers',
  webhooks: 'lib settings platform state api',
  output: 'lib settings site platform requests answers webhooks',
  pages: 'lib platform output',
  sandbox: 'lib settings site platform requests answers webhooks output pages',
  inspector: 'lib settings platform state answers api webhooks output pages',
  library: 'lib settings site platform state answers api webhooks sandbox',
  context: 'lib settings platform requests state answers api webhooks output inbox-thread.ts',
  commands: 'lib settings site platform requests state answers api webhooks sandbox output inspector pages context',
  app: 'lib platform output context commands',
  'cli.ts': 'app platform',
  'index.ts': 'library',
  'sandbox-entry.ts': 'library sandbox webhooks',
  'inbox-thread.ts': 'platform state',
};

const FACTS = new Set(['error-codes.ts', 'errors.ts', 'ids.ts', 'kinds.ts', 'limits.ts']);

/** One library, one door: which files may import it. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  commander: ['src/app/*', 'src/commands/*', 'src/commands/*/*'],
  undici: ['src/platform/http/*'],
  ws: ['src/platform/http/web-socket.ts'],
  conf: ['src/platform/fs/settings-writer.ts'],
  pg: ['src/platform/postgres.ts'],
  ora: ['src/platform/terminal/terminal.ts'],
  svix: ['src/webhooks/svix-library.ts'],
  chalk: ['src/output/terminal/style.ts'],
};

/** Folders of `src` lie at most this deep. */
const DEPTHS = [1, 2, 3];

/** The rule for the files of one place at one depth below `src`. A rule given twice for a file is not merged, so it is whole. */
function importsOf(place: string, depth: number, libraries: readonly string[] = []): Rules {
  const may = new Set([
    place,
    ...(MAY_IMPORT[place] ?? '').split(' '),
    ...(place === 'lib' || FACTS.has(place) ? [] : FACTS),
  ]);
  const forbidden = Object.keys(MAY_IMPORT).filter((other) => !may.has(other));
  const up = depth === 0 ? String.raw`\./` : String.raw`(\.\./){${depth}}`;
  const patterns: Pattern[] = [
    {
      regex: `^${up}(${forbidden.map((name) => name.replace('.', String.raw`\.`)).join('|')})(/|$)`,
      message: `${place} may not import this: see MAY_IMPORT in oxlint.config.ts.`,
    },
    ...Object.keys(DOORS)
      .filter((library) => !libraries.includes(library))
      .map((library) => ({ group: [library, `${library}/*`], message: 'One library, one door: see CONTRIBUTING.md.' })),
  ];
  if (place !== 'platform') {
    patterns.push({
      regex: '^node:(fs|http|https|tls|dns|child_process|process|os|sqlite|worker_threads|readline|timers)(/|$)',
      ...throughHost,
    });
    // Of addresses it also computes.
    patterns.push({
      group: ['node:net'],
      allowImportNames: ['BlockList', 'SocketAddress', 'isIP', 'isIPv4', 'isIPv6'],
      ...throughHost,
    });
  }
  if (place === 'commands') {
    const commands = depth === 1 ? './' : '../'.repeat(depth - 1);
    const group = ['*', '*/**'].map((each) => `${commands}${each}`);
    group.push(...['shared', 'shared/**', '../**'].map((each) => `!${commands}${each}`));
    patterns.push({ group, message: 'Commands do not import each other: what two share is in commands/shared.' });
  }
  return { 'no-restricted-imports': ['error', { patterns }] };
}

const folders: Overrides = Object.keys(MAY_IMPORT).flatMap((place) =>
  place.endsWith('.ts')
    ? [{ files: [`src/${place}`], rules: importsOf(place, 0) }]
    : DEPTHS.map((depth) => ({ files: [`src/${place}/${'*/'.repeat(depth - 1)}*`], rules: importsOf(place, depth) })),
);

const doors: Overrides = Object.entries(DOORS).flatMap(([library, files]) =>
  files.map((file) => {
    const [, place = '', ...inner] = file.split('/');
    return { files: [file], rules: importsOf(place, inner.length, [library]) };
  }),
);

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  env: { node: true, es2024: true },
  ignorePatterns: ['dist', '.dist-next', '.stryker-tmp', 'coverage', 'test/fixtures'],
  rules: {
    'no-await-in-loop': 'off',
    'no-control-regex': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-process-exit': 'error',
    'unicorn/prefer-string-starts-ends-with': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    'no-console': 'error',
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/consistent-return': 'off',
  },
  overrides: [
    ...folders,
    ...doors,
    {
      files: ['src/**'],
      rules: {
        'no-restricted-globals': [
          'error',
          { name: 'process', ...throughHost },
          { name: 'console', ...throughHost },
          { name: 'fetch', ...throughHost },
          { name: 'setTimeout', ...throughHost },
          { name: 'setInterval', ...throughHost },
        ],
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', ...throughHost },
          { object: 'Math', property: 'random', ...throughHost },
        ],
      },
    },
    {
      files: ['src/pages/browser/**'],
      rules: {
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
        'unicorn/require-post-message-target-origin': 'off',
      },
    },
    {
      files: ['src/platform/**', 'src/cli.ts', 'src/inbox-thread.ts'],
      rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
    },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['scripts/**', 'bench/**', 'test/**'], rules: { 'no-console': 'off' } },
    { files: ['src/cli.ts', 'src/platform/terminal/signals.ts'], rules: { 'unicorn/no-process-exit': 'off' } },
  ],
});
