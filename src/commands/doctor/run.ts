/** The work of `optipick doctor`: all checks, those that can run together at the same time, told in one order. */
import type { Context } from '../../app/context.ts';
import { CHECKS, failureOf, skipped, type CheckName, type Finding, type Outcome } from './finding.ts';
import { DEFAULT_PROFILE, resolveSettings, type Settings } from '../../settings/settings.ts';
import { CliError } from '../../errors.ts';
import { renderFindings } from './report.ts';
import { createShownRedaction } from '../../output/terminal/shown-redaction.ts';
import type { StoredSettings } from '../../platform/host.ts';
import { readSecretFile } from '../../app/input-file.ts';
import { checkDelivery } from './delivery-checks.ts';
import { createDiscretion } from './redact.ts';
import type { DoctorFlags, Examination } from './check-context.ts';
import { checkConfig, checkDatabase, checkRuntime, checkState } from './machine-checks.ts';
import { checkKeyAccepted, checkNetwork } from './network-checks.ts';
import { createRemedies } from './fix-commands.ts';
import { checkApiKey, checkBaseUrl, checkRelayUrl, checkWebhookSecret, isUsable } from './setting-checks.ts';

/** Shows the findings. Throws `CliError` of the worst fault. */
export async function doctor(context: Context, flags: DoctorFlags): Promise<void> {
  const { output, host } = context;
  const spinner = output.quiet ? undefined : await host.terminal.spinner('Looking...');
  let outcomes: readonly Outcome[];
  try {
    outcomes = await examine(context, flags);
  } finally {
    spinner?.stop();
  }
  const findings = outcomes.filter((outcome): outcome is Finding => outcome.status !== 'skipped');
  if (output.json) {
    await output.record(findings.map(({ check, status, message, fix }) => ({ check, status, message, fix })));
  } else {
    await output.lines(renderFindings(findings, await output.style()));
    for (const line of notChecked(outcomes)) await output.note(line);
  }
  const failure = failureOf(findings);
  if (failure === undefined) return;
  const faults = findings.filter(({ status }) => status === 'fault').map(({ check }) => check);
  const count = faults.length === 1 ? 'there is a fault' : `there are ${faults.length} faults`;
  throw new CliError(failure, `${count}: ${faults.join(', ')}`, { code: 'faults_found' });
}

/** A line for each reason. */
function notChecked(outcomes: readonly Outcome[]): readonly string[] {
  const left = outcomes.filter(({ status }) => status === 'skipped');
  return [...Map.groupBy(left, ({ message }) => message)].map(
    ([why, same]) => `not checked: ${same.map(({ check }) => check).join(', ')} (${why})`,
  );
}

async function examine(context: Context, flags: DoctorFlags): Promise<readonly Outcome[]> {
  const { host, stop } = context;
  // The profile is not known before the settings are read, and what mends those does not depend on it much.
  const named = context.options.profile ?? host.env['OPTIPICK_PROFILE']?.trim() ?? '';
  const profile = named === '' || named === DEFAULT_PROFILE ? undefined : named;
  const remedies = createRemedies({ platform: host.platform, home: host.home, profile });
  const config = await checkConfig(host, remedies);
  const settings = await settingsFrom(context, config.stored);
  const storeUnknown = config.stored === undefined;
  const clientFor: Examination['clientFor'] = (url, key) =>
    context.clientFor(url, key, { secrets: settings.webhookSecrets?.value });
  const secrets = [settings.apiKey?.value ?? '', ...(settings.webhookSecrets?.value ?? [])];
  const redact = createShownRedaction(secrets);
  const examination: Examination = { host, clientFor, stop, flags, settings, storeUnknown, remedies, redact };

  const apiKey = checkApiKey(examination, config.modifiedAt);
  const baseUrl = checkBaseUrl(examination);
  const secret = checkWebhookSecret(examination);
  const relay = checkRelayUrl(examination);
  const [runtime, state, reached, delivery] = await Promise.all([
    checkRuntime(host, remedies),
    checkState(host, remedies).then(async (found) => [found, await checkDatabase(host, found, remedies)]),
    checkReach(examination, baseUrl.url, isUsable(apiKey)),
    checkDelivery(examination),
  ]);
  const all = [runtime, config.finding, ...state, apiKey, baseUrl.outcome, ...reached, secret, ...relay, ...delivery];
  const discreet = createDiscretion({ home: host.home, secrets });
  const inOrder = CHECKS.flatMap((check) => all.filter((outcome) => outcome.check === check));
  return inOrder.map((outcome) => reworded(outcome, discreet));
}

function reworded(outcome: Outcome, word: (text: string) => string): Outcome {
  const message = word(outcome.message);
  return outcome.status === 'skipped' || outcome.status === 'ok'
    ? { ...outcome, message }
    : { ...outcome, message, fix: word(outcome.fix) };
}

/** As every command has them; without what is stored when that cannot be read. */
async function settingsFrom(context: Context, stored: StoredSettings | undefined): Promise<Settings> {
  const { profile, baseUrl, apiKeyFile } = context.options;
  const apiKey = apiKeyFile === undefined ? undefined : await readSecretFile(context, apiKeyFile);
  const profiles = stored?.profiles ?? {};
  return resolveSettings({ flags: { profile, baseUrl, apiKey }, env: context.host.env, profiles });
}

/** What needs the API. The key is judged only where the way to it is known to be good. */
async function checkReach(
  examination: Examination,
  baseUrl: string | undefined,
  hasKey: boolean,
): Promise<readonly Outcome[]> {
  const none = (why: string, ...checks: CheckName[]): readonly Outcome[] => checks.map((check) => skipped(check, why));
  if (examination.flags.offline === true) return none('--offline', 'proxy', 'network', 'clock', 'key-accepted');
  if (baseUrl === undefined) return none('the base URL is not known', 'proxy', 'network', 'clock', 'key-accepted');
  const [network, key] = await Promise.all([
    checkNetwork(examination, baseUrl),
    hasKey ? checkKeyAccepted(examination, baseUrl) : undefined,
  ]);
  if (key === undefined) return [...network, ...none('there is no usable API key', 'key-accepted')];
  const isReached = network.every(({ check, status }) => check === 'clock' || status === 'ok' || status === 'warning');
  return [...network, ...(isReached ? [key] : none('the API cannot be reached', 'key-accepted'))];
}
