/** The settings: which value is in force and where it came from, and which values may be stored. Pure. */
import { CliError } from '../errors.ts';
import { completeLoopbackUrl } from '../lib/net/loopback.ts';
import { nearestWord } from '../lib/text/did-you-mean.ts';
import { normalizeBaseUrl } from './base-url.ts';
import { parseApiKey, parseWebhookSecrets } from './secret.ts';
import { parseStateUrl, statePassword } from './state-url.ts';

/** What the configuration stores, by profile. */
export const SETTING_KEYS = ['api-key', 'webhook-secret', 'base-url', 'port', 'state-url'] as const;

export type SettingKey = (typeof SETTING_KEYS)[number];

/** The address of the service: OptiPick documentation, "Optimize Route". */
export const DEFAULT_BASE_URL = 'https://optipick.api.optioryx.com';
/** The port of the vendor's example receiver. */
export const DEFAULT_PORT = 5000;
export const DEFAULT_PROFILE = 'default';
/** Names a file with the address of the state, as Kubernetes gives secrets. */
export const STATE_URL_FILE = 'OPTIPICK_STATE_URL_FILE';

/** One profile as it is stored. Several webhook secrets are separated by a space. */
export interface StoredProfile {
  readonly 'api-key'?: string;
  readonly 'webhook-secret'?: string;
  readonly 'base-url'?: string;
  readonly port?: number;
  /** Of a state that several machines share. It may hold a password. */
  readonly 'state-url'?: string;
}

/** All profiles by name. Look one up with {@link profileNamed}: a name may be `constructor`. */
export type StoredProfiles = Readonly<Record<string, StoredProfile>>;

export type SettingSource = 'flag' | 'environment' | 'profile' | 'default';

/** A value and where it came from. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: SettingSource;
  /** For people: `--base-url`, `OPTIPICK_API_KEY`, `profile staging`, `default`. */
  readonly from: string;
}

/** All that is in force. Values are trimmed, and addresses of this machine whole, but not yet judged: what uses one parses it. */
export interface Settings {
  readonly profile: Sourced<string>;
  /** Whether the profile in force is stored; without one, `default` may be named and still hold nothing. */
  readonly profileStored: boolean;
  /** The stored profile that one which is not stored was meant to be. */
  readonly profileMeant: string | undefined;
  readonly apiKey: Sourced<string> | undefined;
  /** Never empty: several while a secret is rotated. */
  readonly webhookSecrets: Sourced<readonly string[]> | undefined;
  readonly baseUrl: Sourced<string>;
  readonly port: Sourced<number>;
  /** `undefined`: the state is a file of this machine. It may hold a password. */
  readonly stateUrl: Sourced<string> | undefined;
}

/** Values of the command line; `undefined` when the flag was not given. */
export interface SettingFlags {
  readonly profile?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** What the file of `--api-key-file` holds. */
  readonly apiKey?: string | undefined;
  /** What the file of `--secret-file` holds. */
  readonly webhookSecret?: string | undefined;
  /** What the file of `OPTIPICK_STATE_URL_FILE` holds. */
  readonly stateUrl?: string | undefined;
  readonly port?: number | undefined;
}

export interface SettingInputs {
  readonly flags: SettingFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly profiles: StoredProfiles;
}

/**
 * What is in force. A blank environment variable or stored value counts as unset; a blank flag does not: it was given,
 * and what uses the value refuses it. Throws `CliError` `usage` for a profile name that cannot be one.
 */
export function resolveSettings({ flags, env, profiles }: SettingInputs): Settings {
  const profile = profileInForce(flags, env);
  const stored = profileNamed(profiles, profile.value);
  const from = `profile ${profile.value}`;

  const first = (
    flag: string | undefined,
    flagName: string,
    variable: string,
    key: 'api-key' | 'webhook-secret' | 'base-url' | 'state-url',
  ) =>
    given(flag, 'flag', flagName) ??
    unlessBlank(env[variable], 'environment', variable) ??
    unlessBlank(stored?.[key], 'profile', from);

  const secrets = first(flags.webhookSecret, '--secret-file', 'OPTIPICK_WEBHOOK_SECRET', 'webhook-secret');
  const baseUrl = first(flags.baseUrl, '--base-url', 'OPTIPICK_BASE_URL', 'base-url');
  return {
    profile,
    profileStored: stored !== undefined,
    profileMeant:
      stored === undefined && profile.source !== 'default'
        ? nearestWord(profile.value, Object.keys(profiles))
        : undefined,
    apiKey: first(flags.apiKey, '--api-key-file', 'OPTIPICK_API_KEY', 'api-key'),
    webhookSecrets: secrets === undefined ? undefined : { ...secrets, value: secrets.value.split(/\s+/) },
    baseUrl:
      baseUrl === undefined
        ? { value: DEFAULT_BASE_URL, source: 'default', from: 'default' }
        : { ...baseUrl, value: completeLoopbackUrl(baseUrl.value) },
    port: portInForce(flags, stored, from),
    stateUrl:
      given(flags.stateUrl, 'environment', STATE_URL_FILE) ?? first(undefined, '', 'OPTIPICK_STATE_URL', 'state-url'),
  };
}

/** All that nobody may see: the key, the webhook secrets, the password of a shared state. */
export function secretsInSettings({ apiKey, webhookSecrets, stateUrl }: Settings): readonly string[] {
  const password = stateUrl && statePassword(stateUrl.value);
  return [apiKey?.value, ...(webhookSecrets?.value ?? []), password].filter((secret) => secret !== undefined);
}

/** `there is no profile "sandbx", did you mean "sandbox"?`; `undefined` where the profile is stored, or like none that is. */
export function unknownProfile({
  profile,
  profileMeant,
}: Pick<Settings, 'profile' | 'profileMeant'>): string | undefined {
  return profileMeant && `there is no profile "${profile.value}", did you mean "${profileMeant}"?`;
}

/** The profile that flag or environment name, else `default`. Throws `CliError` `usage` for an impossible name. */
export function profileInForce(flags: Pick<SettingFlags, 'profile'>, env: SettingInputs['env']): Sourced<string> {
  const named =
    given(flags.profile, 'flag', '--profile') ??
    unlessBlank(env['OPTIPICK_PROFILE'], 'environment', 'OPTIPICK_PROFILE');
  if (named === undefined) return { value: DEFAULT_PROFILE, source: 'default', from: 'default' };
  return { ...named, value: parseProfileName(named.value) };
}

const PROFILE_NAME = /^[A-Za-z0-9._-]{1,64}$/;

export function isProfileName(text: string): boolean {
  return PROFILE_NAME.test(text);
}

/** A profile's name: 1 to 64 letters, digits, dots, underscores and hyphens. Throws `CliError` `usage`. */
export function parseProfileName(text: string): string {
  if (isProfileName(text)) return text;
  throw new CliError('usage', 'this cannot be the name of a profile', {
    code: 'bad_profile',
    hint: 'a name is 1 to 64 letters, digits, ".", "_" and "-": optipick -p staging ...',
  });
}

/** The stored profile of that name, or `undefined`. */
export function profileNamed(profiles: StoredProfiles, name: string): StoredProfile | undefined {
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined;
}

function portInForce(flags: SettingFlags, stored: StoredProfile | undefined, from: string): Sourced<number> {
  if (flags.port !== undefined) return { value: flags.port, source: 'flag', from: '--port' };
  if (stored?.port !== undefined) return { value: stored.port, source: 'profile', from };
  return { value: DEFAULT_PORT, source: 'default', from: 'default' };
}

function given(text: string | undefined, source: SettingSource, from: string): Sourced<string> | undefined {
  return text === undefined ? undefined : { value: text.trim(), source, from };
}

function unlessBlank(text: string | undefined, source: SettingSource, from: string): Sourced<string> | undefined {
  return text === undefined || text.trim() === '' ? undefined : given(text, source, from);
}

/**
 * `: OPTIPICK_API_KEY is set and empty`, for a message about what is missing; `''` when none of the variables is. So it is
 * where a CI system has no secret to put there.
 */
export function emptyNote(env: SettingInputs['env'], ...variables: readonly string[]): string {
  const empty = variables.filter((name) => env[name] !== undefined && env[name]?.trim() === '');
  return empty.length === 0 ? '' : `: ${empty.join(' and ')} ${empty.length === 1 ? 'is' : 'are'} set and empty`;
}

/** What to do about that. */
export const EMPTY_HINT = 'give it a value (CI gives no secrets to runs of forks), or unset it';

/** A value that may be stored. */
export interface ParsedSetting {
  readonly key: SettingKey;
  readonly value: string | number;
  /** What is odd about it, though it can be used. */
  readonly warnings: readonly string[];
}

/** The key that a user named. Throws `CliError` `usage` with the nearest known one. */
export function parseSettingKey(word: string): SettingKey {
  const key = SETTING_KEYS.find((known) => known === word);
  if (key !== undefined) return key;
  const nearest = nearestWord(word, SETTING_KEYS);
  throw new CliError('usage', `there is no setting "${printable(word)}"`, {
    code: 'unknown_setting',
    hint: nearest === undefined ? `the settings are ${SETTING_KEYS.join(', ')}` : `did you mean ${nearest}?`,
  });
}

/**
 * A value as `config set` takes it. Several webhook secrets are separated by white space. Throws `CliError` `usage` for
 * an unknown key and for a malformed value; a secret is never part of the message.
 */
export function parseSettingValue(word: string, text: string): ParsedSetting {
  return JUDGES[parseSettingKey(word)](text);
}

const JUDGES: Readonly<Record<SettingKey, (text: string) => ParsedSetting>> = {
  'api-key': (text) => ({ key: 'api-key', value: parseApiKey(text), warnings: [] }),
  'webhook-secret'(text) {
    const { texts, warnings } = parseWebhookSecrets(text);
    return { key: 'webhook-secret', value: texts.join(' '), warnings };
  },
  'base-url': (text) => ({ key: 'base-url', value: normalizeBaseUrl(text), warnings: [] }),
  port: (text) => ({ key: 'port', value: parsePort(text), warnings: [] }),
  'state-url': (text) => ({ key: 'state-url', value: text.trim(), warnings: parseStateUrl(text).warnings }),
};

/** A TCP port from 0 (any free one) to 65535. Throws `CliError` `usage`. */
export function parsePort(text: string): number {
  const trimmed = text.trim();
  const port = /^\d{1,5}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CliError('usage', `a port is a whole number from 0 to 65535, not "${printable(trimmed)}"`, {
    code: 'bad_port',
    hint: '0 picks a free one',
  });
}

/** A word of the command line as an error may repeat it: short, and nothing that moves the cursor. */
function printable(word: string): string {
  const clean = word.replaceAll(/[\p{Cc}\p{Cf}]/gu, '');
  return clean.length > 40 ? `${clean.slice(0, 40)}...` : clean;
}
