/** `optipick login`: asks for the API key and the webhook secret, checks them, stores them. */
import type { Command } from 'commander';
import type { Context } from '../context/context.ts';
import { maskSecret, parseApiKey } from '../settings/secret.ts';
import { parseSettingValue } from '../settings/settings.ts';
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
import { storeSettings } from './shared/store-settings.ts';

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
Without a terminal the key is the first line of stdin, the secret the second.`,
    examples: [
      ['optipick login', 'the default profile'],
      ['optipick login -p staging --base-url https://staging.example.com', 'another account'],
      ['printf "%s\\n%s\\n" "$KEY" "$SECRET" | optipick login', 'in a script'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'a key or secret that could never work'],
      ['auth', 'the API rejected the key; nothing was stored'],
      ['environment', 'the settings file is corrupt or cannot be written'],
    ],
  });
  command.action((flags: LoginFlags) => login(context(), flags));
}

async function login(context: Context, { timeout }: LoginFlags): Promise<void> {
  const { output, options } = context;
  const settings = await context.settings();
  const { normalizeBaseUrl } = await import('../context/api-services.ts');
  const baseUrl = normalizeBaseUrl(settings.baseUrl.value);
  const [keyText, secretText] = await answers(context);

  const change: Record<string, string | number> = {};
  if (keyText !== '') change['api-key'] = parseApiKey(keyText);
  if (secretText !== '') {
    const { value, warnings } = parseSettingValue('webhook-secret', secretText);
    change['webhook-secret'] = value;
    for (const warning of warnings) await output.warn(warning);
  }
  if (keyText !== '') await check(context, { baseUrl, key: keyText, secret: secretText, timeout });
  if (Object.keys(change).length === 0) {
    await output.note('nothing given, nothing stored');
    return;
  }
  // A key belongs to the API it was checked against.
  if (options.baseUrl !== undefined) change['base-url'] = baseUrl;
  const profile = settings.profile.value;
  await storeSettings(context, profile, change);
  const stored = Object.entries(change).map(([key, value]) =>
    key === 'base-url' ? `base-url ${value}` : `${key} ${maskSecret(String(value))}`,
  );
  await output.note(`stored in profile "${profile}": ${stored.join(', ')}`);
  const target = profile === 'default' ? '' : ` -p ${profile}`;
  await output.hint(`try: optipick cluster submit wave.json --wait${target}`);
}

/** The two answers, "" for none. */
async function answers(context: Context): Promise<readonly [key: string, secret: string]> {
  const { host } = context;
  if (context.interactive) {
    await host.stderr.write('API keys: https://optipick.optioryx.com/settings > API Keys. Enter skips a question.\n');
    const key = await context.ask('API key: ', { hidden: true });
    const secret = await context.ask('Webhook secret (whsec_...): ', { hidden: true });
    return [key.trim(), secret.trim()];
  }
  if (host.stdin.isTTY) {
    throw new CliError('usage', 'login has questions and may not ask them', {
      code: 'input_needed',
      hint: `pipe the answers in, key first: ${pipingVariables(host.platform, ['KEY', 'SECRET'], 'optipick login')}`,
    });
  }
  const [key = '', secret = ''] = (await readPipedValue(context)).split(/\r?\n/);
  return [key.trim(), secret.trim()];
}

interface Check extends LoginFlags {
  readonly baseUrl: string;
  readonly key: string;
  /** The webhook secret that was given with it; may be empty. */
  readonly secret: string;
}

/** Stops the login when the API says no; an API that does not answer costs a warning. */
async function check(context: Context, { baseUrl, key, secret, timeout }: Check): Promise<void> {
  const { output } = context;
  try {
    const client = await context.clientFor(baseUrl, key, { secrets: [secret] });
    const verdict = await withTimeoutFlag(context, timeout, (signal) => client.checkKey({ signal }));
    if (verdict === 'accepted') {
      await output.note(`the key was accepted by ${baseUrl}`);
      return;
    }
  } catch (error) {
    if (!(error instanceof CliError) || context.stop.aborted) throw error;
    await output.warn(`the key could not be checked: ${error.message}`);
    return;
  }
  throw new CliError('auth', `${baseUrl} rejected the API key; nothing was stored`, {
    code: 'key_rejected',
    hint: 'keys expire (365 days by default) and belong to one account; make a new one under Settings > API Keys',
  });
}
