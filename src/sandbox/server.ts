/** A sandbox on a port of this machine. */
import { MAX_SUBMISSION_BYTES } from '../limits.ts';
import type { Host } from '../platform/host.ts';
import { createSandboxApp, type SandboxApp } from './app.ts';
import type { SandboxConfig } from './config.ts';

export interface RunningSandbox extends Omit<SandboxApp, 'http'> {
  /** `http://127.0.0.1:4010` */
  readonly url: string;
  readonly port: number;
  /** Ends its jobs and webhooks and closes the port. */
  stop(): Promise<void>;
}

/** The parts of the host that a sandbox needs. */
export type SandboxHost = Pick<Host, 'clock' | 'randomBytes' | 'http' | 'serve' | 'asset'>;

/** On loopback only; port 0 picks a free one. Throws `CliError` `environment` when the port is taken. */
export async function createSandbox(
  host: SandboxHost,
  options: SandboxConfig & { readonly port?: number | undefined },
): Promise<RunningSandbox> {
  const { http, ...app } = createSandboxApp(options, {
    clock: host.clock,
    http: await host.http(),
    randomBytes: (size) => host.randomBytes(size),
    asset: (name) => host.asset(name),
  });
  const server = await host.serve(http, {
    host: '127.0.0.1',
    port: options.port ?? 0,
    maxBodyBytes: MAX_SUBMISSION_BYTES,
  });
  return {
    ...app,
    url: server.url,
    port: server.port,
    async stop() {
      await app.stop();
      await server.close(0);
    },
  };
}
