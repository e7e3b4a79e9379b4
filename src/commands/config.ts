/** `optipick config`: stored keys, secrets and defaults. */
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import type { Context } from '../context/context.ts';
import { maskSecret } from '../settings/secret.ts';
import { maskUrl, maskUrlsIn } from '../lib/net/url-secrets.ts';
import { stateFolder } from '../settings/paths.ts';
import { maskStateUrl } from '../settings/state-url.ts';
import {
  DEFAULT_PROFILE,
  parseSettingKey,
  parseSettingValue,
  SETTING_KEYS,
  unknownProfile,
  type SettingKey,
  type Settings,
  type Sourced,
} from '../settings/settings.ts';
import { CliError } from '../errors.ts';
import { storeSettings, warnOfVariables } from './shared/store-settings.ts';
import { cleanText } from '../lib/text/sanitize-terminal.ts';
import { displayWidth } from '../lib/text/display-width.ts';
import { wrapBehind } from '../lib/text/wrap.ts';
import type { Style } from '../output/terminal/style.ts';
import { renderTable } from '../output/terminal/table.ts';
import { withHelp, type ContextSource, type CommandDeclaration } from './shared/options.ts';
import { readPipedValue } from '../context/input-file.ts';

/** Never taken from the command line, where other users of the machine can read them; shown masked. */
const SECRET_KEYS: ReadonlySet<SettingKey> = new Set<SettingKey>(['api-key', 'webhook-secret']);

/** What is not shown while it is typed: an address may hold a password. */
const HIDDEN_KEYS: ReadonlySet<SettingKey> = new Set<SettingKey>([...SECRET_KEYS, 'state-url']);

export const CONFIG: CommandDeclaration = {
  name: 'config',
  description: 'Stored keys, secrets and defaults, by profile.',
  declare: declareConfig,
};

function declareConfig(config: Command, context: ContextSource): void {
  const failures = [
    ['usage', 'unknown setting, or a value that could never work'],
    ['environment', 'the settings file is corrupt or cannot be written'],
  ] as const;

  withHelp(config, {
    examples: [
      ['optipick config list', 'what is in force, and where it comes from'],
      ['optipick config set base-url 127.0.0.1:4010 -p sandbox', 'a profile for a sandbox'],
      ['optipick config set api-key', 'store a key; it is asked for'],
    ],
    failures: [['usage', 'there is no such command'], ...failures],
  });

  const set = config
    .command('set')
    .description('Store a setting. Secrets are asked for, or read from stdin, never taken from the command line.')
    .argument('<key>', SETTING_KEYS.join(', '))
    .argument('[value]', 'the value, or - to read it from stdin');
  withHelp(set, {
    examples: [
      ['optipick config set api-key', 'ask for the key, shown as stars'],
      ['printf %s "$KEY" | optipick config set api-key -', 'in a script'],
      ['optipick config set base-url 127.0.0.1:4010 -p sandbox', 'a profile for a sandbox'],
    ],
    failures,
  });
  set.action((key: string, value: string | undefined) => setSetting(context(), key, value));

  const get = config
    .command('get')
    .description('Print the value in force, be it the default; secrets are masked.')
    .argument('<key>', SETTING_KEYS.join(', '));
  withHelp(get, {
    output: 'The value on one line; with --json {"key","value","source","from"}.',
    examples: [
      ['optipick config get base-url', 'which API is called'],
      ['optipick config get api-key', 'which key is in force, masked'],
      ['optipick config get base-url -p sandbox', 'of another profile'],
    ],
    failures: [['usage', 'unknown setting'], ['auth', 'the key or secret is not set'], ...failures.slice(1)],
  });
  get.action((key: string) => getSetting(context(), key));

  const unset = config
    .command('unset')
    .description('Forget a stored setting.')
    .argument('<key>', SETTING_KEYS.join(', '));
  withHelp(unset, {
    examples: [
      ['optipick config unset api-key', 'forget the key of the default profile'],
      ['optipick config unset webhook-secret', 'forget the webhook secret'],
      ['optipick config unset base-url -p sandbox', 'of another profile'],
    ],
    failures,
  });
  unset.action((key: string) => unsetSetting(context(), key));

  const list = config.command('list').description('All settings in force, masked, and where each comes from.');
  withHelp(list, {
    output: `A table; with --json an object of {"value","source","from"} by key. Without a "state-url" a last row has the folder of
the state.`,
    examples: [
      ['optipick config list', 'the settings in force'],
      ['optipick config list -p sandbox', 'of another profile'],
      ['optipick config list --json | jq -r \'."base-url".source\'', 'in a script'],
    ],
    failures: failures.slice(1),
  });
  list.action(() => listSettings(context()));

  const path = config.command('path').description('Print the path of the settings file.');
  withHelp(path, {
    examples: [
      ['optipick config path', 'where it is'],
      ['ls -l "$(optipick config path)"', 'who may read it'],
      ['OPTIPICK_CONFIG_DIR=./ci optipick config path', 'another folder'],
    ],
    failures: [],
  });
  path.action(async () => {
    const { host, output } = context();
    const file = host.settingsFile.path;
    if (output.json) await output.record({ path: file });
    else await output.write(`${file}\n`);
  });
}

async function setSetting(context: Context, word: string, given: string | undefined): Promise<void> {
  const key = parseSettingKey(word);
  if (given !== undefined && given !== '-' && SECRET_KEYS.has(key)) {
    throw new CliError('usage', `${key} is a secret and is not taken from the command line, where others can read it`, {
      code: 'secret_in_arguments',
      hint: `type it in: optipick config set ${key}; or pipe it in: ... | optipick config set ${key} -`,
    });
  }
  if (key === 'state-url' && given !== undefined && holdsPassword(given)) throw passwordInArguments();
  const text = await valueOf(context, key, given);
  const { value, warnings } = given === text ? parseSettingValue(key, text) : parsePipedValue(key, text);
  const profile = (await context.settings()).profile.value;
  await storeSettings(context, profile, { [key]: value });
  for (const warning of warnings) await context.output.warn(warning);
  await context.output.note(`stored ${key} in profile "${profile}"`);
  await warnOfVariables(context, [key]);
}

/** What is piped may be a secret in the place of another setting: no error repeats it. */
function parsePipedValue(key: SettingKey, text: string): ReturnType<typeof parseSettingValue> {
  try {
    return parseSettingValue(key, text);
  } catch (error) {
    if (!(error instanceof CliError) || text.trim() === '') throw error;
    const { failure, code, hint } = error;
    const masked = (words: string): string => words.replaceAll(text, '***').replaceAll(text.trim(), '***');
    throw new CliError(failure, masked(error.message), { code, hint: hint && masked(hint) });
  }
}

async function valueOf(context: Context, key: SettingKey, given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '-') return given;
  if (given === '-' || !context.host.stdin.isTTY) {
    return (await readPipedValue(context)).replace(/\r?\n$/, '');
  }
  if (context.interactive) return context.ask(`${key}: `, { hidden: HIDDEN_KEYS.has(key) });
  throw new CliError('usage', `there is no value for ${key}`, {
    code: 'missing_argument',
    hint: `pipe it in: ... | optipick config set ${key} -`,
  });
}

async function unsetSetting(context: Context, word: string): Promise<void> {
  const key = parseSettingKey(word);
  const profile = (await context.settings()).profile.value;
  await storeSettings(context, profile, { [key]: undefined });
  await context.output.note(`${key} is no longer stored in profile "${profile}"`);
}

async function getSetting(context: Context, word: string): Promise<void> {
  const key = parseSettingKey(word);
  const settings = await context.settings();
  const { profile } = settings;
  const shown = shownSettings(settings)[key];
  await warnOfUnknownProfile(context, settings);
  if (shown === undefined) {
    const target = profile.value === DEFAULT_PROFILE ? '' : ` -p ${profile.value}`;
    throw new CliError('auth', `${key} is not set`, {
      code: 'not_set',
      hint: `store it with: optipick config set ${key}${target}`,
    });
  }
  const { value, source, from } = shown;
  if (context.output.json) await context.output.record({ key, value, source, from });
  else await context.output.lines([String(value)]);
}

async function listSettings(context: Context): Promise<void> {
  const { output } = context;
  const settings = await context.settings();
  const shown = { profile: settings.profile, ...shownSettings(settings) };
  await warnOfUnknownProfile(context, settings);
  if (output.json) {
    await output.record(shown);
    return;
  }
  const rows = Object.entries(shown).map(([key, sourced]): SettingRow =>
    sourced === undefined ? [key, '(not set)', ''] : [key, String(sourced.value), sourced.from],
  );
  if (settings.stateUrl === undefined) rows.push(stateRow(context));
  await output.lines(settingLines(rows, output.width, await output.style()));
}

type SettingRow = readonly [key: string, value: string, from: string];

/** A table where it fits; else without its last column, which goes behind or below each value: values stay whole. */
function settingLines(rows: readonly SettingRow[], width: number | undefined, style: Style): readonly string[] {
  const table = [
    ...renderTable(
      ['setting', 'value', 'from'].map((title) => ({ title })),
      rows,
      { width: undefined, style },
    ),
  ];
  const widest = Math.max(...table.map((line) => displayWidth(stripVTControlCharacters(line))));
  if (width === undefined || widest <= width) return table;
  const column = Math.max(...rows.map(([key]) => key.length));
  const lines = rows.flatMap(([key, value, from]) =>
    wrapBehind(`${key.padEnd(column)}  `, cleanText(from === '' ? value : `${value} (${from})`), width),
  );
  return [`${style.bold('SETTING'.padEnd(column))}  ${style.bold('VALUE')}`, ...lines];
}

/** Where the state is that no address names. */
function stateRow({ host }: Context): SettingRow {
  const { env } = host;
  const isNamed = (env['OPTIPICK_STATE_DIR'] ?? '').trim() !== '';
  try {
    return ['state', maskUrlsIn(stateFolder(host)), isNamed ? 'OPTIPICK_STATE_DIR' : 'default'];
  } catch (error) {
    // The home folder is not known.
    if (error instanceof CliError) return ['state', '(no folder)', ''];
    throw error;
  }
}

async function warnOfUnknownProfile({ output }: Context, settings: Settings): Promise<void> {
  const unknown = unknownProfile(settings);
  if (unknown !== undefined) await output.warn(unknown);
}

/** As it may be seen: secrets masked. */
function shownSettings(settings: Settings): Readonly<Record<SettingKey, Sourced<string | number> | undefined>> {
  const { apiKey, webhookSecrets, baseUrl, port, stateUrl } = settings;
  return {
    'api-key': apiKey && { ...apiKey, value: maskSecret(apiKey.value) },
    'webhook-secret': webhookSecrets && { ...webhookSecrets, value: webhookSecrets.value.map(maskSecret).join(' ') },
    // It may hold a secret, although every command that calls it refuses that.
    'base-url': { ...baseUrl, value: maskUrl(baseUrl.value) },
    port,
    'state-url': stateUrl && { ...stateUrl, value: maskStateUrl(stateUrl.value) },
  };
}

function holdsPassword(url: string): boolean {
  return url
    .slice(0, url.lastIndexOf('@'))
    .replace(/^[^/]*\/\//, '')
    .includes(':');
}

function passwordInArguments(): CliError {
  return new CliError('usage', 'a password is not taken from the command line, where others can read it', {
    code: 'secret_in_arguments',
    hint: 'pipe the address in: ... | optipick config set state-url -; or leave the password to PGPASSWORD or PGPASSFILE',
  });
}
