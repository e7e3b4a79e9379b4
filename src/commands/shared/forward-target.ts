/** The URLs of `--forward-to`. */
import { CliError } from '../../errors.ts';

/** An absolute http(s) URL without credentials. Throws `CliError` `usage`. */
export function forwardTarget(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError('usage', '--forward-to takes an http or https URL', {
      code: 'bad_forward_url',
      hint: 'for example: --forward-to http://127.0.0.1:3000/hooks',
    });
  }
  if (url.username === '' && url.password === '') return url.href;
  throw new CliError('usage', '--forward-to takes no user name or password', {
    code: 'bad_forward_url',
    hint: 'the target can check the signature, which is forwarded unchanged',
  });
}
