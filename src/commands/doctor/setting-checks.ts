/** The values in force: key, base URL, webhook secret. Nothing is sent anywhere. */
import { normaliseBaseUrl } from '../../app/api-services.ts';
import { fault, ok, skipped, warning, type Finding, type Outcome } from './finding.ts';
import { maskSecret, parseApiKey, parseWebhookSecrets } from '../../settings/secret.ts';
import { DEFAULT_PROFILE, emptyNote, type Sourced } from '../../settings/settings.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { CliError } from '../../errors.ts';
import { parseRelayUrl } from '../../webhooks/relay/address.ts';
import type { Examination } from './check-context.ts';
import { BASE_URL } from './fix-commands.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What the web application fills in when a key is made. */
const KEY_DAYS = 365;
const WARN_DAYS = 30;
const LIFE = `keys last ${KEY_DAYS} days unless chosen otherwise`;

/** @param storedAt when the settings file was last written: a stored key is at least as old */
export function checkApiKey(examination: Examination, storedAt: number | undefined): Outcome {
  const { settings, storeUnknown, remedies, host, flags } = examination;
  const { apiKey, profile, profileStored } = settings;
  const login = remedies.own('login');
  if (apiKey === undefined) {
    if (storeUnknown) return skipped('api-key', 'the settings file cannot be read');
    const missing = profile.value !== DEFAULT_PROFILE && !profileStored;
    const empty = emptyNote(host.env, 'OPTIPICK_API_KEY', 'OPTIPICK_PROFILE');
    const where = missing ? `: no profile "${profile.value}" is stored` : empty;
    return fault('api-key', 'auth', `there is no API key${where}`, login);
  }
  const renewed = withoutVariable(examination, apiKey, 'OPTIPICK_API_KEY', login);
  try {
    parseApiKey(apiKey.value);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return fault('api-key', error.failure, `${error.message} (from ${apiKey.from})`, renewed);
  }
  const facts = `${maskSecret(apiKey.value)} from ${apiKey.from}`;
  if (apiKey.source !== 'profile' || storedAt === undefined) return ok('api-key', `${facts}; ${LIFE}`);
  const days = Math.max(0, Math.floor((host.clock.now() - storedAt) / DAY_MS));
  const age = days === 0 ? LIFE : `stored ${days === 1 ? 'a day' : `${days} days`} ago or earlier; ${LIFE}`;
  // A key that is older, and still accepted, has a longer life; whether it is accepted is a check of its own.
  const isNearEnd = days >= KEY_DAYS - WARN_DAYS && (days < KEY_DAYS || flags.offline === true);
  return isNearEnd ? warning('api-key', `${facts}; ${age}`, renewed) : ok('api-key', `${facts}; ${age}`);
}

export interface BaseUrlCheck {
  readonly outcome: Outcome;
  /** Normalised; `undefined` when there is none to talk to. */
  readonly url: string | undefined;
}

export function checkBaseUrl({ settings, storeUnknown, remedies, host }: Examination): BaseUrlCheck {
  const { baseUrl } = settings;
  if (storeUnknown && baseUrl.source === 'default') {
    return { outcome: skipped('base-url', 'the settings file cannot be read'), url: undefined };
  }
  try {
    const url = normaliseBaseUrl(baseUrl.value);
    return { outcome: ok('base-url', `${url} (${describe(baseUrl, host.env)})`), url };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `${error.message} (from ${baseUrl.from})`;
    const fix = remedies.change(BASE_URL, baseUrl, correctedUrl(baseUrl.value));
    return { outcome: fault('base-url', error.failure, message, fix), url: undefined };
  }
}

function describe({ source, from }: Sourced<string>, env: Examination['host']['env']): string {
  return source === 'default' ? `${from}${emptyNote(env, 'OPTIPICK_BASE_URL')}` : `from ${from}`;
}

/** The same place by https and with nothing that may not be there; `undefined` when that is no base URL either. */
function correctedUrl(text: string): string | undefined {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || /\s/.test(text)) return undefined;
  return `https://${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

export function checkWebhookSecret(examination: Examination): Outcome {
  const { settings, storeUnknown, remedies, host } = examination;
  const { webhookSecrets: secrets, apiKey } = settings;
  if (secrets === undefined) {
    if (storeUnknown) return skipped('webhook-secret', 'the settings file cannot be read');
    const empty = emptyNote(host.env, 'OPTIPICK_WEBHOOK_SECRET', 'OPTIPICK_PROFILE');
    const message = `there is no webhook secret${empty}; only "optipick listen" needs it`;
    return warning('webhook-secret', message, remedies.own('login'));
  }
  const renew = remedies.own('config set webhook-secret');
  const fix = withoutVariable(examination, secrets, 'OPTIPICK_WEBHOOK_SECRET', renew);
  const where = `from ${secrets.from}`;
  try {
    // A key that is none is told of as such, and it is the key that is wrong then.
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

/** Of the relay that `listen --relay` would take; nothing when it is Svix's. */
export function checkRelayUrl({ host, remedies }: Examination): readonly Outcome[] {
  const variable = 'OPTIPICK_RELAY_URL';
  const text = host.env[variable]?.trim() ?? '';
  if (text === '') return [];
  try {
    parseRelayUrl(text);
    return [ok('relay-url', `${maskUrl(text)} (from ${variable})`)];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fault('relay-url', error.failure, error.message, remedies.unset(variable))];
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

/** A variable would win over what the command stores. */
export function withoutVariable(
  { remedies }: Pick<Examination, 'remedies'>,
  { source }: Pick<Sourced<unknown>, 'source'>,
  variable: string,
  command: string,
): string {
  // What a flag says wins over whatever is stored: without it the stored value is the one that is judged.
  if (source === 'flag') return remedies.own('doctor');
  return source === 'environment' ? remedies.sequence(remedies.unset(variable), command) : command;
}

/** Whether a finding leaves something to build on. */
export function isUsable(outcome: Outcome): outcome is Finding {
  return outcome.status === 'ok' || outcome.status === 'warning';
}
