/** The blocks of docs/guides/shared-state.md, run in their order against a server, and what else it says that can be checked. */
import { access, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/fs/database.ts';
import { parseStateUrl } from '../../src/settings/state-url.ts';
import { openState } from '../../src/state/sqlite/database.ts';
import { connectTo } from '../support/postgres.ts';
import { createPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { installProgram } from '../support/docs-workplace.ts';
import { createWorkplace } from '../support/program.ts';
import { codeBlocksOf, runShellBlock } from '../support/shell-block.ts';

const GUIDE = await readFile(join(import.meta.dirname, '../../docs/guides/shared-state.md'), 'utf8');

test('every address in the guide of the shared state is accepted', () => {
  // Without a host that is masked, and without the outline of an address.
  const addresses = GUIDE.match(/postgres:\/\/\w+(?::[\w-]+)?@[^\s`'[]+/g) ?? [];
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of addresses) expect(parseStateUrl(address).warnings).toEqual([]);
});

test('every link of the guide of the shared state leads somewhere', async () => {
  const headings = [...GUIDE.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text.toLowerCase().replaceAll(' ', '-'));
  for (const [, target = ''] of GUIDE.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('#')) expect(headings).toContain(target.slice(1));
    else await access(join(import.meta.dirname, '../../docs/guides', target));
  }
});

test.skipIf(process.platform === 'win32')(
  'every sh and sql block of the guide of the shared state runs, one after the other',
  async () => {
    const server = await createPostgresServer();
    const workplace = await createWorkplace();
    try {
      await createStateFile(workplace.env['OPTIPICK_STATE_DIR'] ?? '');
      const env: Record<string, string> = {
        ...workplace.env,
        PATH: `${await installProgram(workplace)}${delimiter}${process.env['PATH'] ?? ''}`,
      };
      for (const { language, text } of codeBlocksOf(GUIDE)) {
        if (language === 'sql') await runSql(server, text);
        if (language !== 'sh') continue;
        const block = text.replaceAll('db.example.com', `127.0.0.1:${server.port}`);
        // What a block exports holds in those after it, as in one terminal.
        for (const [, name = '', value = ''] of block.matchAll(/^export (\w+)='([^']*)'$/gm)) env[name] = value;
        await runShellBlock(block, { folder: workplace.folder, env });
      }
    } finally {
      await workplace.remove();
      await server.end();
    }
  },
  180_000,
);

/** As the administrator: in the database of optipick, once there is one. */
async function runSql(server: PostgresServer, text: string): Promise<void> {
  const [found] = await server.query(`SELECT 1 FROM pg_database WHERE datname = 'optipick'`);
  const address = parseStateUrl(server.url());
  const client = await connectTo({ ...address, database: found === undefined ? address.database : 'optipick' });
  try {
    // One at a time: a database cannot be created together with anything else.
    for (const statement of text.split(/;$/m)) if (statement.trim() !== '') await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The state of a machine that has used none but its own. */
async function createStateFile(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const database = await openState(async (path) => openDatabase(path), folder);
  database.close();
}
