/** The addresses that webhooks may be sent to. */
import { callableUrl, maskUrl } from '../../lib/net/url-secrets.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import { CliError } from '../../errors.ts';

/**
 * Checks the address of an endpoint. Throws `CliError` (usage): `bad_webhook_url`, or `remote_webhook` for
 * an address that is not on this machine, unless those are allowed.
 */
export function checkTarget(url: string, allowRemote: boolean): void {
  const target = callableUrl(url);
  if (target === undefined) {
    throw new CliError('usage', `"${maskUrl(url)}" is no address that webhooks can be sent to`, {
      code: 'bad_webhook_url',
      hint: 'give a whole URL, for example http://127.0.0.1:5000/webhook',
    });
  }
  if (!allowRemote && !isLoopback(target.hostname)) {
    throw new CliError('usage', `the sandbox sends webhooks to this machine only, not to ${target.host}`, {
      code: 'remote_webhook',
      hint: 'use a 127.0.0.1 address, or --allow-remote-webhooks when you mean it',
    });
  }
}
