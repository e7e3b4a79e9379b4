/** `optipick doctor`: checks whether this machine is ready, and names the fixes. */
import type { Command } from 'commander';
import { CliError } from '../../errors.ts';
import { parsePort } from '../../settings/settings.ts';
import {
  API_ENVIRONMENT,
  durationOption,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
} from '../shared/options.ts';
import type { DoctorFlags } from './check-context.ts';

export const DOCTOR: CommandDeclaration = {
  name: 'doctor',
  description: 'Check this machine and the whole path to and from the API, and say how to fix it.',
  declare: declareDoctor,
};

function declareDoctor(command: Command, context: ContextSource): void {
  command
    .option('--port <n>', 'port that should be free (default: the setting "port", else 5000)', parsePort)
    .option('--path <path>', 'path at which the listener receives webhooks', parsePath, '/webhook')
    .option(
      '--public-url <url>',
      'send the test webhook here: the public address of your tunnel or proxy',
      parsePublicUrl,
    )
    .option('--offline', 'skip what needs the network')
    .addOption(durationOption('--timeout', 'longest wait of each check for the network', '10s'));
  withHelp(command, {
    output: `A line for each check: ok, warning or error (in JSON "fault"), and below a warning or error the command that fixes it. A check that
depends on a failed one is skipped. With --json one line: [{"check":"port","status":"ok","message":"...","fix":null},...].
The checks: runtime, config, state (the folder, or the server of a shared state), database (the file, or its tables), api-key, base-url, proxy, network, clock, key-accepted, webhook-secret,
relay-url (only when OPTIPICK_RELAY_URL is set), port, delivery (the listener is started, with a temporary inbox, and a signed webhook is sent to it).
The output can go into a ticket: keys and secrets are masked, the home folder is "~". Warnings alone exit 0.`,
    examples: [
      ['optipick doctor', 'all checks; the webhook is sent within this machine'],
      [
        'optipick doctor --public-url https://hooks.example.com/webhook',
        'the webhook takes the same route as the real ones',
      ],
      ['optipick doctor --offline --port 0', 'this machine alone'],
      ['optipick doctor --json | jq -r \'.[] | select(.status != "ok") | .fix\'', 'the fixes, for a script'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'a base URL, key or webhook secret that could never work'],
      ['auth', 'no API key, or it is not accepted'],
      ['refused', 'the API redirects, or refuses the request'],
      ['unavailable', 'the API cannot be reached; the webhook did not arrive'],
      ['environment', 'settings, state, clock or port are in the way'],
      ['signature', 'the webhook was modified on its way'],
    ],
  });
  command.action(async (flags: DoctorFlags) => {
    if (flags.offline === true && flags.publicUrl !== undefined) {
      throw new CliError('usage', '--public-url needs the network, which --offline skips', {
        code: 'conflicting_options',
      });
    }
    const { doctor } = await import('./run.ts');
    await doctor(context(), flags);
  });
}

/** With a leading slash and none at the end; the root is the empty text. */
function parsePath(text: string): string {
  const path = `/${text.replace(/^\/+/, '')}`.replace(/\/+$/, '');
  if (/^[!-~]*$/.test(path) && !/[?#]/.test(path)) return path;
  throw new CliError('usage', '--path: this cannot be the path of the webhook', { code: 'bad_path' });
}

function parsePublicUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
  throw new CliError('usage', '--public-url is not an http or https URL without a user name', {
    code: 'bad_url',
    hint: 'write it whole: --public-url https://hooks.example.com/webhook',
  });
}
