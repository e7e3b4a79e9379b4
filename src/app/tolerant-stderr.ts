/** Remarks that nobody can receive. */
import type { Host, OutputStream } from '../platform/host.ts';

/**
 * The machine with a stderr that may lose its reader (`2> >(head -1)`) or its disk: what cannot be written is dropped. A
 * remark must neither stop the work that it is about, nor take the place of the failure that it tells.
 */
export function withForgivingStderr(host: Host): Host {
  const { stderr } = host;
  const tolerant: OutputStream = {
    get isTTY() {
      return stderr.isTTY;
    },
    get columns() {
      return stderr.columns;
    },
    get rows() {
      return stderr.rows;
    },
    async write(chunk) {
      try {
        await stderr.write(chunk);
      } catch {
        // The exit code says how it went.
      }
    },
  };
  // Inherited and not copied: some of its members are found out only when they are asked for.
  return Object.create(host, { stderr: { value: tolerant, enumerable: true } }) as Host;
}
