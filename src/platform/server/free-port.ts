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
async function isFree(serve: (port: number) => Promise<Server>, port: number): Promise<boolean> {
  try {
    const server = await serve(port);
    await server.close(0);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return false;
  }
}

/**
 * Opens the usual port, or the next one behind it that is free. Looking first and opening later would lose it to another
 * process in between. Rejects as `open` does, with `port_in_use` only when none nearby is free.
 */
export async function openNearby<T>(open: (port: number) => Promise<T>, usual: number): Promise<T> {
  for (let port = usual; ; port += 1) {
    try {
      return await open(port);
    } catch (error) {
      const isTaken = error instanceof CliError && error.code === 'port_in_use';
      if (!isTaken || port + 1 >= usual + PORTS_TO_TRY) throw error;
    }
  }
}
