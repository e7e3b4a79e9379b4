/** Remarks for a reader who is gone. */
import { ClosedPipeError, type Host, type OutputStream } from './platform/host.ts';

/**
 * The machine with a stderr that may lose its reader (`2> >(head -1)`): what is said to nobody is dropped. A remark must
 * neither stop the work that it is about, nor take the place of the failure that it tells.
 */
export function withForgivingStderr(host: Host): Host {
  const { stderr } = host;
  const forgiving: OutputStream = {
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
      } catch (error) {
        if (!(error instanceof ClosedPipeError)) throw error;
      }
    },
  };
  // Inherited and not copied: some of its members are found out only when they are asked for.
  return Object.create(host, { stderr: { value: forgiving, enumerable: true } }) as Host;
}
