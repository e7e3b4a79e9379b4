import { CliError } from '../../errors.ts';
import type { Server } from '../host.ts';

const PORTS_TO_TRY = 20;

/** The next free port behind one that is taken; 0 when there is none nearby. `serve` opens one. */
export async function nextFreePort(serve: (port: number) => Promise<Server>, taken: number): Promise<number> {
  const first = Math.max(1024, taken + 1);
  for (let port = first; port < first + PORTS_TO_TRY && port <= 65_535; port += 1) {
    if (await isFree(serve, port)) return port;
  }
  return 0;
}

/** Whether a port can be opened now. */
export async function isFree(serve: (port: number) => Promise<Server>, port: number): Promise<boolean> {
  try {
    const server = await serve(port);
    await server.close(0);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return false;
  }
}
