/** `optipick state`: where what was submitted and received is stored. */
import type { Command } from 'commander';
import { parseNumber, withHelp, type CommandDeclaration, type ContextSource } from '../shared/options.ts';
import type { ExportFlags } from './export.ts';
import type { ImportFlags } from './import.ts';
import type { MigrateFlags } from './migrate.ts';

export const STATE: CommandDeclaration = {
  name: 'state',
  description: 'Where submissions and deliveries are stored: this machine, or a PostgreSQL that many share.',
  declare: declareState,
};

const ENVIRONMENT = [
  ['OPTIPICK_STATE_URL', 'address of the shared state: postgres://user@host/db; without it the state is a file'],
  ['OPTIPICK_STATE_URL_FILE', 'a file that holds the address, such as a mounted secret'],
  ['OPTIPICK_STATE_DIR', 'folder of the file'],
  ['PGPASSWORD, PGPASSFILE', 'the password, where the address has none'],
] as const;

const BAD_URL = ['usage', 'wrong options, or an address that cannot be one'] as const;
const UNUSABLE = ['environment', 'the state cannot be reached or used'] as const;

function declareState(group: Command, context: ContextSource): void {
  addMigrate(group, context);
  addStatus(group, context);
  addPrune(group, context);
  addExport(group, context);
  addImport(group, context);
  withHelp(group, {
    examples: [
      ['optipick state status', 'which state is in force, and how it is'],
      ['optipick state migrate', 'create the tables of a shared state'],
      ['optipick state import --from-sqlite', 'move what this machine has stored there'],
    ],
    environment: ENVIRONMENT,
    failures: [BAD_URL, UNUSABLE],
  });
}

function addMigrate(group: Command, context: ContextSource): void {
  const command = group
    .command('migrate')
    .description('Create the tables of a shared state, or bring them up to date.')
    .option('--grant-to <role>', 'let this role run listeners and commands; it cannot create or drop tables')
    .option('--print', 'print the SQL for an administrator, and connect to nothing')
    .option(
      '--from <version>',
      'with --print: only what is newer than this version',
      parseNumber('--from', 'bad_version'),
    );
  withHelp(command, {
    output: `A line on stderr that says what was done; with --json
{"v":1,"address":"postgres://...","schema":"optipick","version":1,"created":[1],"granted_to":null}.
Several may run it at the same time: one creates the tables, the others wait and find them. Older listeners work on while
"readable by" (optipick state status) includes them. With --print the SQL is on stdout. The file of a machine needs
none of this: it is migrated by the first command that uses it.`,
    examples: [
      ['optipick state migrate', 'as a role that may create tables'],
      ['optipick state migrate --grant-to optipick_app', 'and let another role use them'],
      ['optipick state migrate --print --grant-to optipick_app > schema.sql', 'for an administrator'],
    ],
    environment: ENVIRONMENT,
    failures: [['usage', 'wrong options, no address of a shared state, or no such role'], UNUSABLE],
  });
  command.action(async (flags: MigrateFlags) => {
    const { migrateState } = await import('./migrate.ts');
    await migrateState(context(), flags);
  });
}

function addStatus(group: Command, context: ContextSource): void {
  const command = group.command('status').description('Show which state is in force, and how it is.');
  withHelp(command, {
    output: `A line for each fact. With --json one object: {"v":1,"engine":"postgres","address","schema","host","port",
"server_version","tls","standby","read_only","durable","settings","role","rights","notifications","schema_version",
"readable_by","deliveries":{"pending","done","failed"},"oldest_pending_at","owners":[{"owner","steps"}],"bytes","table_bytes",
"problem"}; of a file {"v":1,"engine":"sqlite","folder","file","schema_version","bytes","deliveries","oldest_pending_at","owners",
"problem"}. What is not known is null. It answers within seconds and exits 7 when the state cannot be used, so that it
can serve as a probe.`,
    examples: [
      ['optipick state status', 'all there is to know'],
      ["optipick state status --json | jq '.deliveries.pending'", 'how much is waiting'],
      ['optipick state status --quiet > /dev/null', 'a probe: exit code 0 or 7'],
    ],
    environment: ENVIRONMENT,
    failures: [BAD_URL, UNUSABLE],
  });
  command.action(async () => {
    const { showStatus } = await import('./status.ts');
    await showStatus(context());
  });
}

function addPrune(group: Command, context: ContextSource): void {
  const command = group
    .command('prune')
    .description('Delete deliveries that owe nothing and are older than 30 days, as listeners do by themselves.');
  withHelp(command, {
    output: `A line on stderr that says how many; with --json {"v":1,"deleted":12}. Nothing is deleted while no
delivery arrives: a clock that ran ahead would delete too much.`,
    examples: [
      ['optipick state prune', 'before a backup'],
      ['optipick state prune --json', 'in a job of cron'],
      ['optipick state prune -p staging', 'in the state of another profile'],
    ],
    environment: ENVIRONMENT,
    failures: [BAD_URL, UNUSABLE],
  });
  command.action(async () => {
    const { pruneState } = await import('./prune.ts');
    await pruneState(context());
  });
}

function addExport(group: Command, context: ContextSource): void {
  const command = group
    .command('export')
    .description('Write all that is stored to a file, as it was at one instant.')
    .argument('[file]', 'where to; default, and with -, stdout')
    .option('--with-secrets', 'with the relay tokens, by which others could receive the webhooks');
  withHelp(command, {
    output: `One JSON object a line: {"v":1,"type":"optipick-state","secrets":false}, then each delivery with what it owes
({"type":"delivery",...,"headers" and "body" in base64,"steps":[...]}), each submission, each posting; in the order in which
they arrived, times in milliseconds since 1970. A file is written whole or not at all, and for its owner alone (mode 0600).
It contains customers' orders. "optipick state import" reads it.`,
    examples: [
      ['optipick state export state.ndjson', 'a copy of all'],
      ['optipick state export | gzip > state.ndjson.gz', 'in a pipe'],
      ['optipick state export --with-secrets state.ndjson', 'to move to another database, relay addresses included'],
    ],
    environment: ENVIRONMENT,
    failures: [BAD_URL, ['environment', 'the state cannot be used, or the file cannot be written']],
  });
  command.action(async (file: string | undefined, flags: ExportFlags) => {
    const { exportState } = await import('./export.ts');
    await exportState(context(), file, flags);
  });
}

function addImport(group: Command, context: ContextSource): void {
  const command = group
    .command('import')
    .description('Add what was exported, or what the file of a machine holds, to the state in force.')
    .argument('[file]', 'what "optipick state export" has written, or - for stdin')
    .option('--from-sqlite [folder]', 'the file of a machine; default folder that of this one');
  withHelp(command, {
    output: `A table of what was new and what was there already; with --json
{"v":1,"state":"postgres://...","deliveries":{"new":3,"already_there":0},"submissions":{...},"postings":{...},
"relay_tokens":{...}}. What is there already is left as it is, so that an import that was interrupted can be repeated. What
is new comes after it, in the order in which it arrived, with its attempts and answers; what was pending is due as before.
The source is not changed. While a listener is at work on it, the import ends with exit code 7.`,
    examples: [
      ['optipick state import --from-sqlite', 'move this machine into the shared state'],
      ['optipick state import --from-sqlite /mnt/old/optipick', 'of another machine'],
      ['gunzip < state.ndjson.gz | optipick state import -', 'from a copy'],
    ],
    environment: ENVIRONMENT,
    failures: [
      ['usage', 'wrong options, or a file that is no export'],
      ['environment', 'the state cannot be used, or a listener is at work on the source'],
    ],
  });
  command.action(async (file: string | undefined, flags: ImportFlags) => {
    const { importState } = await import('./import.ts');
    await importState(context(), file, flags);
  });
}
