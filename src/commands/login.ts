/** `optipick login`: asks for the API key and the webhook secret, checks them, stores them. */
import type { Command } from 'commander';
import type { Context } from '../context/context.ts';
import { maskSecret, parseApiKey } from '../settings/secret.ts';
import { DEFAULT_BASE_URL, parseSettingValue, type SettingKey } from '../settings/settings.ts';
import { CliError } from '../errors.ts';
import { withTimeoutFlag } from './shared/timeout.ts';
import {
  API_ENVIRONMENT,
  durationOption,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
} from './shared/options.ts';
import { readPipedValue } from '../context/input-file.ts';
import { pipingVariables } from '../lib/text/shell-words.ts';
import { storeSettings, warnOfVariables } from './shared/store-settings.ts';
import { renderFailure } from '../output/terminal/failure.ts';
import { wrapBehind } from '../lib/text/wrap.ts';

interface LoginFlags {
  /** Milliseconds. */
  readonly timeout: number;
}

export const LOGIN: CommandDeclaration = {
  name: 'login',
  description: 'Ask for the API key and the webhook secret, check them, and store them in the profile.',
  declare: declareLogin,
};

function declareLogin(command: Command, context: ContextSource): void {
  command.addOption(durationOption('--timeout', 'longest wait for the check of the key', '30s'));
  withHelp(command, {
    output: `Nothing on stdout. Enter skips a question and leaves what is stored as it is.
A rejected key or malformed secret is asked for three times; what was right is stored.
Without a terminal the key is the first line of stdin, the secret the second, and both are
stored or none.`,
    examples: [
      ['optipick login', 'the default profile'],
      ['optipick login -p staging --base-url https://staging.example.com', 'another account'],
      ['printf "%s\\n%s\\n" "$KEY" "$SECRET" | optipick login', 'in a script'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'a key or secret that could never work'],
      ['auth', 'the API rejected the key'],
      ['environment', 'the settings file is corrupt or cannot be written'],
    ],
  });
  command.action((flags: LoginFlags) => login(context(), flags));
}

interface Login extends LoginFlags {
  readonly context: Context;
  readonly baseUrl: string;
  /** Stores settings in the profile, and says so. */
  readonly store: (change: Change) => Promise<void>;
}

type Change = Readonly<Partial<Record<SettingKey, string | number>>>;

async function login(context: Context, { timeout }: LoginFlags): Promise<void> {
  const { output, options } = context;
  const settings = await context.settings();
  const { normalizeBaseUrl } = await import('../context/api-services.ts');
  const baseUrl = normalizeBaseUrl(settings.baseUrl.value);
  const profile = settings.profile.value;
  // A key belongs to the API it was checked against.
  let address: Change = options.baseUrl === undefined ? {} : { 'base-url': baseUrl };
  let isStored = false;

  const store = async (change: Change): Promise<void> => {
    const whole = { ...change, ...address };
    address = {};
    isStored = true;
    await storeSettings(context, profile, whole);
    const stored = Object.entries(whole).map(([key, value]) =>
      key === 'base-url' ? `base-url ${value}` : `${key} ${maskSecret(String(value))}`,
    );
    await output.note(`stored in profile "${profile}": ${stored.join(', ')}`);
    await warnOfVariables(context, Object.keys(change) as SettingKey[]);
  };

  const run: Login = { context, baseUrl, timeout, store };
  await (context.interactive ? ask(run) : readPiped(run));
  if (isStored) {
    const target = profile === 'default' ? '' : ` -p ${profile}`;
    await output.hint(`try: optipick cluster submit wave.json --wait${target}`);
  } else await output.note('nothing was stored');
}

/** What is right is stored at once, whatever comes after it. */
async function ask(run: Login): Promise<void> {
  const { context, baseUrl, store } = run;
  const { stderr } = context.host;
  const where = baseUrl === DEFAULT_BASE_URL ? 'API keys: https://optipick.optioryx.com/settings > API Keys. ' : '';
  const intro = wrapBehind('', `${where}Enter skips a question.`, stderr.columns);
  await stderr.write(intro.map((line) => `${line}\n`).join(''));
  await askUntilRight(context, 'API key: ', async (text) => {
    const key = parseApiKey(text);
    await check(run, key);
    await store({ 'api-key': key });
  });
  await askUntilRight(context, 'Webhook secret (whsec_...): ', async (text) => {
    await store({ 'webhook-secret': await parseSecret(context, text) });
  });
}

const ATTEMPTS = 3;

/** Asks again after what `take` rejects by a `CliError`, and throws the last of them. "" skips the question. */
async function askUntilRight(
  context: Context,
  question: string,
  take: (answer: string) => Promise<void>,
): Promise<void> {
  const { host, output } = context;
  for (let attempt = 1; ; attempt += 1) {
    const answer = (await context.ask(question, { hidden: true })).trim();
    if (answer === '') return;
    try {
      await take(answer);
      return;
    } catch (error) {
      const isWrongAnswer = error instanceof CliError && WRONG_ANSWERS.has(error.code);
      if (!isWrongAnswer || attempt === ATTEMPTS) throw error;
      const lines = renderFailure(error, await output.noteStyle(), { width: host.stderr.columns });
      await host.stderr.write(lines.map((line) => `${line}\n`).join(''));
    }
  }
}

const KEY_REJECTED = 'key_rejected';
const WRONG_ANSWERS: ReadonlySet<string> = new Set([KEY_REJECTED, 'bad_api_key', 'bad_webhook_secret']);

/** All is stored, or nothing. */
async function readPiped(run: Login): Promise<void> {
  const { context, store } = run;
  const { host } = context;
  if (host.stdin.isTTY) {
    throw new CliError('usage', 'login has questions and may not ask them', {
      code: 'input_needed',
      hint: `pipe the answers in, key first: ${pipingVariables(host.platform, ['KEY', 'SECRET'], 'optipick login')}`,
    });
  }
  const [keyText = '', secretText = ''] = (await readPipedValue(context)).split(/\r?\n/).map((line) => line.trim());
  const key = keyText === '' ? undefined : parseApiKey(keyText);
  const secret = secretText === '' ? undefined : await parseSecret(context, secretText);
  if (key !== undefined) await check(run, key, secretText);
  const change = { ...(key && { 'api-key': key }), ...(secret && { 'webhook-secret': secret }) };
  if (Object.keys(change).length > 0) await store(change);
}

async function parseSecret({ output }: Context, text: string): Promise<string | number> {
  const { value, warnings } = parseSettingValue('webhook-secret', text);
  for (const warning of warnings) await output.warn(warning);
  return value;
}

/**
 * Throws `CliError` `auth` `key_rejected` when the API says no; an API that does not answer costs a warning. `secret`: a
 * webhook secret that was given with it.
 */
async function check({ context, baseUrl, timeout }: Login, key: string, secret = ''): Promise<void> {
  const { output } = context;
  try {
    const client = await context.clientFor(baseUrl, key, { secrets: [secret] });
    await withTimeoutFlag(context, timeout, (signal) => client.checkKey({ signal }));
  } catch (error) {
    if (!(error instanceof CliError) || context.stop.aborted) throw error;
    if (error.code === KEY_REJECTED) throw await rejected(baseUrl, error);
    await output.warn(`the key could not be checked: ${error.message}`);
    return;
  }
  await output.note(`the key was accepted by ${baseUrl}`);
}

async function rejected(baseUrl: string, cause: CliError): Promise<CliError> {
  const { SANDBOX_KEY_HINT } = await import('../api/failure.ts');
  const ofAnotherApi = `a key belongs to one API and one account: was this one created for ${baseUrl}?`;
  const ofTheApi =
    'keys expire (365 days by default) and belong to one account; create a new one under Settings > API Keys';
  const hint = baseUrl === DEFAULT_BASE_URL ? ofTheApi : ofAnotherApi;
  return new CliError('auth', `${baseUrl} rejected the API key; nothing was stored`, {
    code: KEY_REJECTED,
    cause,
    hint: cause.hint === SANDBOX_KEY_HINT ? SANDBOX_KEY_HINT : hint,
  });
}
