/** A sandbox on a port of this machine. */
import { MAX_SUBMISSION_BYTES } from '../limits.ts';
import type { Host } from '../platform/host.ts';
import { createSandboxApp, type SandboxApp } from './app.ts';
import type { SandboxConfig } from './config.ts';

export interface RunningSandbox {
  /** `http://127.0.0.1:4010` */
  readonly url: string;
  readonly port: number;
  readonly apiKey: string;
  /** Signs the webhooks. */
  readonly secret: string;
  addEndpoint: SandboxApp['addEndpoint'];
  /** Ends its jobs and webhooks and closes the port. */
  stop(): Promise<void>;
}

/** The parts of the host that a sandbox needs. */
export type SandboxHost = Pick<Host, 'clock' | 'randomBytes' | 'http' | 'serve'>;

/** On loopback only; port 0 picks a free one. Throws `CliError` `environment` when the port is taken. */
export async function createSandbox(
  host: SandboxHost,
  options: SandboxConfig & { readonly port?: number | undefined },
): Promise<RunningSandbox> {
  const app = createSandboxApp(options, {
    clock: host.clock,
    http: await host.http(),
    randomBytes: (size) => host.randomBytes(size),
  });
  const server = await host.serve(app.http, {
    host: '127.0.0.1',
    port: options.port ?? 0,
    maxBodyBytes: MAX_SUBMISSION_BYTES,
  });
  return {
    url: server.url,
    port: server.port,
    apiKey: app.apiKey,
    secret: app.secret,
    addEndpoint: (url, endpoint) => app.addEndpoint(url, endpoint),
    async stop() {
      await app.stop();
      await server.close(0);
    },
  };
}
