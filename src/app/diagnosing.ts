/** What `doctor` and `completion` need to know of the machine beside what the host tells: what follows from its environment. */
import type { Host } from '../platform/host.ts';
import { stateFolder } from '../settings/paths.ts';
import { proxyFor } from '../platform/http/proxy.ts';

/** The folder of the state. Throws `CliError` `environment` when even the home folder is not known. */
export function stateFolderOf(host: Host): string {
  return stateFolder(host);
}

/** The proxy that a request to `url` takes, as the user wrote it: it may hold a password. */
export function proxyOf(host: Host, url: URL): string | undefined {
  return proxyFor(url, host.env);
}
