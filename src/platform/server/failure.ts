/** Why a port could not be opened, and what to do about it. */
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import type { ServeOptions } from '../host.ts';

/** The failure that an error of `listen` means. `platform` decides which command the hint names. */
export function listenFailure(error: Error, options: ServeOptions, platform: string): CliError {
  const { host, port, portFlag = '--port' } = options;
  switch (systemCodeOf(error) ?? '') {
    case 'EADDRINUSE':
      return new CliError('environment', `port ${port} on ${host} is in use by another program`, {
        code: 'port_in_use',
        hint: `choose another with ${portFlag}, or a free one with ${portFlag} 0; see who has it: ${whoHas(port, platform)}`,
        cause: error,
      });
    case 'EACCES':
      return new CliError('environment', `port ${port} on ${host} may not be opened by this user`, {
        code: 'port_forbidden',
        hint: `choose a port above 1023 with ${portFlag}, or a free one with ${portFlag} 0`,
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
      return new CliError('environment', `this machine has no address ${host} to listen on`, {
        code: 'address_unavailable',
        hint: 'use --host 127.0.0.1, or 0.0.0.0 for all addresses',
        cause: error,
      });
    default:
      return new CliError('environment', `cannot listen on ${host} port ${port}: ${messageOf(error)}`, {
        code: 'cannot_listen',
        cause: error,
      });
  }
}

function whoHas(port: number, platform: string): string {
  if (platform === 'win32') return `netstat -ano | findstr :${port}`;
  return platform === 'linux' ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
}
