/** The work of `optipick doctor`: runs the checks, side by side where they can, and prints them in one order. */
import { readSettingFlags, type Context } from '../../context/context.ts';
import { CHECKS, failureOf, skipped, type CheckName, type CompletedCheck, type CheckResult } from './check-result.ts';
import { DEFAULT_PROFILE, resolveSettings, secretsInSettings, type Settings } from '../../settings/settings.ts';
import { CliError } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { TableOptions } from '../../output/terminal/table.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { createTerminalRedaction } from '../../output/terminal/redaction.ts';
import type { StoredSettings } from '../../platform/host.ts';
import { checkDelivery } from './delivery-checks.ts';
import { createTicketRedaction } from './redact.ts';
import type { DoctorFlags, CheckContext } from './check-context.ts';
import { checkConfig, checkDatabase, checkRuntime, checkState } from './machine-checks.ts';
import { checkSharedState } from './shared-state-checks.ts';
import { checkKeyAccepted, checkNetwork } from './network-checks.ts';
import { createFixCommands } from './fix-commands.ts';
import { checkApiKey, checkBaseUrl, checkRelayUrl, checkWebhookSecret, isUsable } from './setting-checks.ts';

/** Prints the results. Throws `CliError` of the worst fault. */
export async function doctor(context: Context, flags: DoctorFlags): Promise<void> {
  const { output, host } = context;
  const spinner = output.quiet ? undefined : await host.terminal.spinner('Looking...');
  let results: readonly CheckResult[];
  try {
    results = await runChecks(context, flags);
  } finally {
    spinner?.stop();
  }
  const completed = results.filter((result): result is CompletedCheck => result.status !== 'skipped');
  if (output.json) {
    await output.record(completed.map(({ check, status, message, fix }) => ({ check, status, message, fix })));
  } else {
    await output.lines(renderChecks(completed, { style: await output.style(), width: output.width }));
    for (const line of notChecked(results)) await output.note(line);
  }
  const failure = failureOf(completed);
  if (failure === undefined) return;
  const failed = completed.filter(({ status }) => status === 'fault').map(({ check }) => check);
  const count = failed.length === 1 ? 'a check failed' : `${failed.length} checks failed`;
  throw new CliError(failure, `${count}: ${failed.join(', ')}`, { code: 'faults_found' });
}

/** `ok       port   5000 is free`; below a warning or error the command that fixes it. */
function renderChecks(checks: readonly CompletedCheck[], { style, width }: TableOptions): string[] {
  const colors = { ok: style.green, warning: style.yellow, fault: style.red };
  const column = Math.max(...checks.map(({ check }) => check.length));
  return checks.flatMap(({ check, status, message, fix }) => {
    const word = status === 'fault' ? 'error' : status;
    const head = `${word.padEnd(7)}  ${check.padEnd(column)}  `;
    const [first = '', ...more] = wrapBehind(head, cleanText(message), width);
    const line = `${colors[status](word.padEnd(7))}  ${style.bold(check.padEnd(column))}${first.slice(head.length - 2)}`;
    // The fix is a command, which stays on one line, to be copied whole.
    const cure = fix === null ? [] : [`${' '.repeat(head.length)}${style.dim(`fix: ${cleanText(fix)}`)}`];
    return [line, ...more, ...cure];
  });
}

/** One line for each reason. */
function notChecked(results: readonly CheckResult[]): readonly string[] {
  const skippedChecks = results.filter(({ status }) => status === 'skipped');
  return [...Map.groupBy(skippedChecks, ({ message }) => message)].map(
    ([why, same]) => `not checked: ${same.map(({ check }) => check).join(', ')} (${why})`,
  );
}

async function runChecks(context: Context, flags: DoctorFlags): Promise<readonly CheckResult[]> {
  const { host, stop } = context;
  // The settings decide on the profile; for fixing the settings themselves the name that was given will do.
  const named = context.options.profile ?? host.env['OPTIPICK_PROFILE']?.trim() ?? '';
  const profile = named === '' || named === DEFAULT_PROFILE ? undefined : named;
  const fixes = createFixCommands({ platform: host.platform, home: host.home, profile });
  const config = await checkConfig(host, fixes);
  const settings = await settingsFrom(context, config.stored);
  const settingsUnreadable = config.stored === undefined;
  const clientFor: CheckContext['clientFor'] = (url, key) =>
    context.clientFor(url, key, { secrets: secretsInSettings(settings) });
  const secrets = secretsInSettings(settings);
  const redact = createTerminalRedaction(secrets);
  const checkContext: CheckContext = { host, clientFor, stop, flags, settings, settingsUnreadable, fixes, redact };

  const apiKey = checkApiKey(checkContext, config.modifiedAt);
  const baseUrl = checkBaseUrl(checkContext);
  const secret = checkWebhookSecret(checkContext);
  const relay = checkRelayUrl(checkContext);
  const [runtime, state, reached, delivery] = await Promise.all([
    checkRuntime(host, fixes),
    settings.stateUrl === undefined
      ? checkState(host, fixes).then(async (found) => [found, await checkDatabase(host, found, fixes)])
      : checkSharedState(checkContext, settings.stateUrl),
    checkReach(checkContext, baseUrl.url, isUsable(apiKey)),
    checkDelivery(checkContext),
  ]);
  const all = [runtime, config.result, ...state, apiKey, baseUrl.result, ...reached, secret, ...relay, ...delivery];
  const redactTicket = createTicketRedaction({ home: host.home, secrets });
  const inOrder = CHECKS.flatMap((check) => all.filter((result) => result.check === check));
  return inOrder.map((result) => redactResult(result, redactTicket));
}

function redactResult(result: CheckResult, redact: (text: string) => string): CheckResult {
  const message = redact(result.message);
  return result.status === 'skipped' || result.status === 'ok'
    ? { ...result, message }
    : { ...result, message, fix: redact(result.fix) };
}

/** As every command resolves them, but without stored settings when those cannot be read. */
async function settingsFrom(context: Context, stored: StoredSettings | undefined): Promise<Settings> {
  const flags = await readSettingFlags(context);
  return resolveSettings({ flags, env: context.host.env, profiles: stored?.profiles ?? {} });
}

/** The checks that need the API. The key is checked only when the API can be reached. */
async function checkReach(
  checkContext: CheckContext,
  baseUrl: string | undefined,
  hasKey: boolean,
): Promise<readonly CheckResult[]> {
  const none = (why: string, ...checks: CheckName[]): readonly CheckResult[] =>
    checks.map((check) => skipped(check, why));
  if (checkContext.flags.offline === true) return none('--offline', 'proxy', 'network', 'clock', 'key-accepted');
  if (baseUrl === undefined) return none('the base URL is not known', 'proxy', 'network', 'clock', 'key-accepted');
  const [network, key] = await Promise.all([
    checkNetwork(checkContext, baseUrl),
    hasKey ? checkKeyAccepted(checkContext, baseUrl) : undefined,
  ]);
  if (key === undefined) return [...network, ...none('there is no usable API key', 'key-accepted')];
  const isReached = network.every(({ check, status }) => check === 'clock' || status === 'ok' || status === 'warning');
  return [...network, ...(isReached ? [key] : none('the API cannot be reached', 'key-accepted'))];
}
