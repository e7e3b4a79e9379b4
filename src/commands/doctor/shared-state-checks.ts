/** Checks a state that several machines share: its server, and what is in it. */
import { CliError } from '../../errors.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import { STATE_URL_FILE, type Sourced } from '../../settings/settings.ts';
import { parseStateUrl, shownStateUrl, type StateAddress } from '../../settings/state-url.ts';
import type { PostgresStatus } from '../../state/postgres/admin/status.ts';
import type { CheckContext } from './check-context.ts';
import { fault, ok, skipped, warning, type CheckResult } from './check-result.ts';

/** What is wrong with the tables rather than with the server. */
const ABOUT_TABLES = new Set(['state_not_migrated', 'state_too_new']);

/** `state` is the server, `database` what is in it. */
export async function checkSharedState(
  context: CheckContext,
  url: Sourced<string>,
): Promise<readonly [CheckResult, CheckResult]> {
  let address: StateAddress;
  let status: PostgresStatus;
  try {
    address = parseStateUrl(url.value);
    if (context.flags.offline === true && !isOnThisMachine(address)) {
      return [skipped('state', '--offline'), skipped('database', '--offline')];
    }
    const { sharedStateStatus } = await import('../../context/shared-state.ts');
    status = await sharedStateStatus(context, url.value);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return withoutServer(context, url, error);
  }
  const { problem } = status;
  if (problem !== undefined && !ABOUT_TABLES.has(problem.code)) return withoutServer(context, url, problem);
  return [serverCheck(address, status, url), databaseCheck(context, address, status)];
}

function isOnThisMachine({ hosts }: StateAddress): boolean {
  return hosts.every(({ host }) => host.startsWith('/') || isLoopback(host));
}

function withoutServer(
  { fixes }: CheckContext,
  { source, from }: Sourced<string>,
  { failure, code, message, hint = '' }: CliError,
): readonly [CheckResult, CheckResult] {
  const database = skipped('database', 'the server of the shared state cannot be used');
  if (code !== 'bad_state_url') {
    // Of a hint that ends in a command, the command.
    const fix = /: (optipick .+)$/.exec(hint)?.[1] ?? hint;
    return [fault('state', failure, message, fix === '' ? fixes.optipick('state status') : fix), database];
  }
  const variable = from === STATE_URL_FILE ? from : 'OPTIPICK_STATE_URL';
  const fix = source === 'profile' ? fixes.optipick('config unset state-url') : fixes.unset(variable);
  return [fault('state', failure, `${message} (${hint})`, fix), database];
}

function serverCheck(
  address: StateAddress,
  { version, host, notifies }: PostgresStatus,
  { from }: Sourced<string>,
): CheckResult {
  const where = address.hosts.length === 1 ? '' : `, primary ${host.host}:${host.port}`;
  const tls = address.isVerified ? ', over TLS' : '';
  const facts = `shared, ${shownStateUrl(address)}: PostgreSQL ${version}${where}${tls}, durable`;
  const [odd] = address.warnings;
  if (odd !== undefined) return warning('state', `${facts}; ${odd}`, `remove sslmode=disable from ${from}`);
  if (notifies !== false) return ok('state', facts);
  const text = 'notifications do not arrive, so listeners ask each second: a pooler passes none on';
  return warning('state', `${facts}; ${text}`, `name the server instead of the pooler in ${from}, or add listen=off`);
}

function databaseCheck({ fixes }: CheckContext, address: StateAddress, status: PostgresStatus): CheckResult {
  const { problem, schema, rights, role, contents } = status;
  if (problem !== undefined) {
    const isNew = problem.code === 'state_too_new';
    const fix = isNew ? 'npm install --global optipick@latest' : fixes.optipick('state migrate');
    return fault('database', problem.failure, problem.message, fix);
  }
  if (rights.missing.length > 0) {
    const message = `schema ${address.schema}: the role ${role} lacks ${rights.missing.join(', ')}`;
    return fault('database', 'environment', message, fixes.optipick(`state migrate --grant-to ${fixes.quote(role)}`));
  }
  const { pending = 0, failed = 0 } = contents?.deliveries ?? {};
  return ok('database', `schema ${address.schema}, version ${schema?.version}: ${pending} pending, ${failed} failed`);
}
