/** The URLs of `--forward-to`. */
import { CliError } from '../../errors.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { completeLoopbackUrl, isLoopback } from '../../lib/net/loopback.ts';

/** An absolute http(s) URL without credentials. Throws `CliError` `usage`. */
export function forwardTarget(text: string): string {
  const url = URL.parse(completeLoopbackUrl(text));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError('usage', '--forward-to takes an http or https URL', {
      code: 'bad_forward_url',
      hint: 'for example: --forward-to 3000, --forward-to localhost:3000/hooks, or a whole URL',
    });
  }
  if (url.username === '' && url.password === '') return url.href;
  throw new CliError('usage', '--forward-to takes no user name or password', {
    code: 'bad_forward_url',
    hint: 'the target can check the signature, which is forwarded unchanged',
  });
}

/** Throws `CliError` `usage` for a target that is the listener's own port, by whatever name of this machine. */
export function rejectOwnPort(
  targets: readonly string[],
  listener: { readonly host: string; readonly port: number },
): void {
  const hears = (hostname: string): boolean =>
    isHere(listener.host) ? isHere(hostname) : hostname.replace(/^\[|\]$/g, '') === listener.host;
  const own = targets.find((target) => {
    const { hostname, port, protocol } = new URL(target);
    return Number(port || (protocol === 'https:' ? 443 : 80)) === listener.port && hears(hostname);
  });
  if (own === undefined) return;
  throw new CliError('usage', `--forward-to ${maskUrl(own)} is this listener itself`, {
    code: 'forward_to_itself',
    hint: 'forward to the port of your own receiver, or listen on another one with --port',
  });
}

/** Every address of a machine answers at 0.0.0.0 and ::, its own ones included. */
function isHere(hostname: string): boolean {
  return isLoopback(hostname) || ['0.0.0.0', '::', '[::]'].includes(hostname);
}
