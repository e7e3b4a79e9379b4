/** Remarks that nobody can receive, or that would act where they are read. */
import { isInActions, withoutWorkflowCommands } from '../lib/text/workflow-commands.ts';
import type { Host, OutputStream } from '../platform/host.ts';

/**
 * The machine with a stderr that may lose its reader (`2> >(head -1)`) or its disk: what cannot be written is dropped. A
 * remark must neither stop the work that it is about, nor take the place of the failure that it tells. In GitHub Actions no
 * text on it is a workflow command, wherever it is from; bytes are the program's own and stay.
 */
export function withForgivingStderr(host: Host): Host {
  const { stderr } = host;
  const isGuarded = isInActions(host.env);
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
        await stderr.write(isGuarded && typeof chunk === 'string' ? withoutWorkflowCommands(chunk) : chunk);
      } catch {
        // The exit code says how it went.
      }
    },
  };
  // Inherited and not copied: some of its members are found out only when they are asked for.
  return Object.create(host, { stderr: { value: tolerant, enumerable: true } }) as Host;
}
