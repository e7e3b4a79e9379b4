/** What a command needs, resolved on first use, so that a command pays only for what it touches. */
import type { OptipickClient } from '../api/model.ts';
import {
  DEFAULT_PROFILE,
  EMPTY_HINT,
  emptyNote,
  resolveSettings,
  secretsInSettings,
  STATE_URL_FILE,
  unknownProfile,
  type SettingFlags,
  type Settings,
} from '../settings/settings.ts';
import { readSecretFile } from './input-file.ts';
import type { Redact } from '../settings/redaction.ts';
import { CliError } from '../errors.ts';
import { cleanText } from '../lib/text/sanitize-terminal.ts';
import { createTerminalRedaction } from '../output/terminal/redaction.ts';
import { createOutput, type Output } from '../output/terminal/print.ts';
import type { Host } from '../platform/host.ts';
import type { Arrivals } from '../state/arrivals.ts';
import type { PostgresState } from '../state/postgres/state.ts';
import type { Postings } from '../state/postings.ts';
import type { Submissions } from '../state/submissions.ts';

/** The options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  /** `false` with `--no-color`. */
  readonly color?: boolean;
  /** `false` with `--no-input`. */
  readonly input?: boolean;
  readonly profile?: string;
  readonly baseUrl?: string;
  readonly apiKeyFile?: string;
}

export interface Context {
  readonly host: Host;
  readonly options: GlobalOptions;
  readonly output: Output;
  /** Aborted with a `CliError` by the first SIGINT or SIGTERM. */
  readonly stop: AbortSignal;
  /** Whether questions may be asked: a terminal, no `--no-input`, no `CI`. */
  readonly interactive: boolean;
  /** A question on the terminal, which a signal ends: see `Terminal.ask`. Only where `interactive`. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  settings(): Promise<Settings>;
  /** The client for the base URL in force. Throws `CliError` `auth` when there is no key. */
  client(): Promise<OptipickClient>;
  /**
   * A client for a key that need not be stored; `secrets`: struck out of what the server says, as the key is; `direct`:
   * never through a proxy. Throws `CliError` `usage` for a key that cannot be one.
   */
  clientFor(
    baseUrl: string,
    key: string,
    options?: { readonly secrets?: readonly string[] | undefined; readonly direct?: boolean },
  ): Promise<OptipickClient>;
  /** Strikes the key and the webhook secrets in force out of a text of others. */
  redaction(): Promise<Redact>;
  /** The state that several machines share; `undefined` where it is a file of this machine. Connected to on first use. */
  sharedState(): Promise<PostgresState | undefined>;
  /** What was submitted from this machine, or with this shared state. Throws `CliError` `environment` when it cannot be opened. */
  submissions(): Promise<Submissions>;
  /** Which contents were posted from this machine. Throws as {@link submissions}. */
  postings(): Promise<Postings>;
  /** Which webhooks listeners on this machine receive. Throws as {@link submissions}. */
  arrivals(): Promise<Arrivals>;
  /** Work to be done when the command ends, however it ends. */
  atEnd(task: () => void | Promise<void>): void;
}

export interface RunFacts {
  readonly stop: AbortSignal;
  readonly atEnd: Context['atEnd'];
}

/** The real context; all parts are made on first use and once. */
export function createContext(host: Host, options: GlobalOptions, { stop, atEnd }: RunFacts): Context {
  const output = createOutput(host, {
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    color: options.color ?? true,
  });

  const settings = once(async () => {
    const { profiles, repaired } = await host.settingsFile.read();
    for (const warning of repaired) await output.warn(warning);
    return resolveSettings({ flags: await readSettingFlags(context), env: host.env, profiles });
  });

  const state = once(async () => {
    const shared = await sharedState();
    if (shared !== undefined) return shared;
    const { openSubmissions } = await apiServices();
    const opened = await openSubmissions(host);
    atEnd(() => opened.close());
    return opened;
  });

  const sharedState = once(async () => {
    const { stateUrl } = await settings();
    if (stateUrl === undefined) return undefined;
    const { openSharedState } = await import('./shared-state.ts');
    const opened = await openSharedState(context, stateUrl.value);
    for (const warning of opened.warnings) await output.warn(warning);
    atEnd(() => opened.close());
    return opened;
  });

  const context: Context = {
    host,
    options,
    output,
    stop,
    atEnd,
    // Asked for late: Node loads streams of files to look at stdin.
    get interactive() {
      return host.stdin.isTTY && host.stderr.isTTY && options.input !== false && !isSet(host.env['CI']);
    },
    ask: (question, asked) => host.terminal.ask(question, { ...asked, signal: stop }),
    settings,
    async clientFor(baseUrl, key, { secrets, direct } = {}) {
      const { openClient } = await apiServices();
      const traced = options.debug === true || isSet(host.env['OPTIPICK_DEBUG']);
      const trace = (line: string): void => void host.stderr.write(`${cleanText(line)}\n`);
      return openClient(host, { baseUrl, key, secrets, trace: traced ? trace : undefined, direct });
    },
    client: once(async () => {
      const inForce = await settings();
      const { apiKey, baseUrl } = inForce;
      const { normalizeBaseUrl } = await apiServices();
      const url = normalizeBaseUrl(baseUrl.value);
      if (apiKey === undefined) throw noKey(inForce, host.env);
      const unknown = unknownProfile(inForce);
      if (unknown !== undefined) await output.warn(unknown);
      const empty = baseUrl.source === 'default' ? emptyNote(host.env, 'OPTIPICK_BASE_URL') : '';
      if (empty !== '') await output.warn(`the default base URL is used, ${url}${empty}`);
      return context.clientFor(url, apiKey.value, { secrets: secretsInSettings(inForce) });
    }),
    redaction: once(async () => createTerminalRedaction(secretsInSettings(await settings()))),
    sharedState,
    submissions: async () => (await state()).submissions,
    postings: async () => (await state()).postings,
    arrivals: async () => (await state()).arrivals,
  };
  return context;
}

/** What the options name, and what the files hold that they and the environment name. Throws `CliError` `usage` for one that cannot be read. */
export async function readSettingFlags(context: Context): Promise<SettingFlags> {
  const secretIn = async (path: string | undefined): Promise<string | undefined> =>
    path === undefined ? undefined : await readSecretFile(context, path);
  const { profile, baseUrl, apiKeyFile } = context.options;
  const apiKey = await secretIn(apiKeyFile);
  // An empty variable counts as unset; an empty option was given, and names no file.
  return { profile, baseUrl, apiKey, stateUrl: await secretIn(context.host.env[STATE_URL_FILE] || undefined) };
}

/** Loaded by the commands that call the API, and only then. */
const apiServices = () => import('./api-services.ts');

function noKey(settings: Settings, env: Host['env']): CliError {
  const profile = settings.profile.value;
  const unknown = unknownProfile(settings);
  if (unknown !== undefined) {
    return new CliError('auth', `there is no API key in profile "${profile}"`, { code: 'no_api_key', hint: unknown });
  }
  const [where, target] = profile === DEFAULT_PROFILE ? ['', ''] : [` in profile "${profile}"`, ` -p ${profile}`];
  const empty = emptyNote(env, 'OPTIPICK_API_KEY', 'OPTIPICK_PROFILE');
  const variable = empty === '' ? 'set OPTIPICK_API_KEY' : EMPTY_HINT;
  return new CliError('auth', `there is no API key${where}${empty}`, {
    code: 'no_api_key',
    hint: `store one with: optipick login${target}; or ${variable}; without an account start: optipick sandbox --save-profile sandbox, then add -p sandbox`,
  });
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
