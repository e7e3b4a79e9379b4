/** Checks the settings in use: key, base URL, webhook secret, relay URL. Sends nothing. */
import { normalizeBaseUrl } from '../../context/api-services.ts';
import { fault, ok, skipped, warning, type CompletedCheck, type CheckResult } from './check-result.ts';
import { maskSecret, parseApiKey, parseWebhookSecrets } from '../../settings/secret.ts';
import { DEFAULT_PROFILE, emptyNote, type Sourced } from '../../settings/settings.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { CliError } from '../../errors.ts';
import { parseRelayUrl } from '../../webhooks/relay/address.ts';
import type { CheckContext } from './check-context.ts';
import { BASE_URL } from './fix-commands.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The default of the web application for new keys. */
const KEY_DAYS = 365;
const WARN_DAYS = 30;
const LIFETIME = `keys last ${KEY_DAYS} days unless chosen otherwise`;

/** @param storedAt when the settings file was last written: a stored key is at least as old */
export function checkApiKey(context: CheckContext, storedAt: number | undefined): CheckResult {
  const { settings, settingsUnreadable, fixes, host, flags } = context;
  const { apiKey, profile, profileStored } = settings;
  const login = fixes.optipick('login');
  if (apiKey === undefined) {
    if (settingsUnreadable) return skipped('api-key', 'the settings file cannot be read');
    const missing = profile.value !== DEFAULT_PROFILE && !profileStored;
    const empty = emptyNote(host.env, 'OPTIPICK_API_KEY', 'OPTIPICK_PROFILE');
    const where = missing ? `: no profile "${profile.value}" is stored` : empty;
    return fault('api-key', 'auth', `there is no API key${where}`, login);
  }
  const renewed = withoutVariable(context, apiKey, 'OPTIPICK_API_KEY', login);
  try {
    parseApiKey(apiKey.value);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return fault('api-key', error.failure, `${error.message} (from ${apiKey.from})`, renewed);
  }
  const facts = `${maskSecret(apiKey.value)} from ${apiKey.from}`;
  if (apiKey.source !== 'profile' || storedAt === undefined) return ok('api-key', `${facts}; ${LIFETIME}`);
  const days = Math.max(0, Math.floor((host.clock.now() - storedAt) / DAY_MS));
  const age = days === 0 ? LIFETIME : `stored ${days === 1 ? 'a day' : `${days} days`} ago or earlier; ${LIFETIME}`;
  // An older key that is still accepted has a longer lifetime. Whether it is accepted is another check.
  const isNearEnd = days >= KEY_DAYS - WARN_DAYS && (days < KEY_DAYS || flags.offline === true);
  return isNearEnd ? warning('api-key', `${facts}; ${age}`, renewed) : ok('api-key', `${facts}; ${age}`);
}

export interface BaseUrlCheck {
  readonly result: CheckResult;
  /** Normalized; `undefined` when it is not usable. */
  readonly url: string | undefined;
}

export function checkBaseUrl({ settings, settingsUnreadable, fixes, host }: CheckContext): BaseUrlCheck {
  const { baseUrl } = settings;
  if (settingsUnreadable && baseUrl.source === 'default') {
    return { result: skipped('base-url', 'the settings file cannot be read'), url: undefined };
  }
  try {
    const url = normalizeBaseUrl(baseUrl.value);
    return { result: ok('base-url', `${url} (${describe(baseUrl, host.env)})`), url };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `${error.message} (from ${baseUrl.from})`;
    const fix = fixes.change(BASE_URL, baseUrl, correctedUrl(baseUrl.value));
    return { result: fault('base-url', error.failure, message, fix), url: undefined };
  }
}

function describe({ source, from }: Sourced<string>, env: CheckContext['host']['env']): string {
  return source === 'default' ? `${from}${emptyNote(env, 'OPTIPICK_BASE_URL')}` : `from ${from}`;
}

/** The same place with https and without query or credentials; `undefined` when that is no base URL either. */
function correctedUrl(text: string): string | undefined {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || /\s/.test(text)) return undefined;
  return `https://${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

export function checkWebhookSecret(context: CheckContext): CheckResult {
  const { settings, settingsUnreadable, fixes, host } = context;
  const { webhookSecrets: secrets, apiKey } = settings;
  if (secrets === undefined) {
    if (settingsUnreadable) return skipped('webhook-secret', 'the settings file cannot be read');
    const empty = emptyNote(host.env, 'OPTIPICK_WEBHOOK_SECRET', 'OPTIPICK_PROFILE');
    const message = `there is no webhook secret${empty}; only "optipick listen" needs it`;
    return warning('webhook-secret', message, fixes.optipick('login'));
  }
  const renew = fixes.optipick('config set webhook-secret');
  const fix = withoutVariable(context, secrets, 'OPTIPICK_WEBHOOK_SECRET', renew);
  const where = `from ${secrets.from}`;
  try {
    // A malformed key has a result of its own.
    if (apiKey !== undefined && secrets.value.includes(apiKey.value) && isApiKey(apiKey.value)) {
      return fault('webhook-secret', 'usage', `the webhook secret is the API key (${where})`, fix);
    }
    const { texts, warnings } = parseWebhookSecrets(secrets.value);
    const facts = `${texts.map(maskSecret).join(' and ')} ${where}`;
    if (warnings.length > 0) return warning('webhook-secret', `${facts}: ${warnings.join('; ')}`, fix);
    return ok('webhook-secret', facts);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return fault('webhook-secret', error.failure, `${error.message} (${where})`, fix);
  }
}

/** The relay of `listen --relay`; no result when that is the default. */
export function checkRelayUrl({ host, fixes }: CheckContext): readonly CheckResult[] {
  const variable = 'OPTIPICK_RELAY_URL';
  const text = host.env[variable]?.trim() ?? '';
  if (text === '') return [];
  try {
    parseRelayUrl(text);
    return [ok('relay-url', `${maskUrl(text)} (from ${variable})`)];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fault('relay-url', error.failure, error.message, fixes.unset(variable))];
  }
}

function isApiKey(text: string): boolean {
  try {
    parseApiKey(text);
    return true;
  } catch (error) {
    if (error instanceof CliError) return false;
    throw error;
  }
}

/** The command, after unsetting a variable that would override what the command stores. */
export function withoutVariable(
  { fixes }: Pick<CheckContext, 'fixes'>,
  { source }: Pick<Sourced<unknown>, 'source'>,
  variable: string,
  command: string,
): string {
  // A flag overrides what is stored: without it the stored value is checked.
  if (source === 'flag') return fixes.optipick('doctor');
  return source === 'environment' ? fixes.sequence(fixes.unset(variable), command) : command;
}

/** Whether other checks can rely on what was checked. */
export function isUsable(result: CheckResult): result is CompletedCheck {
  return result.status === 'ok' || result.status === 'warning';
}
