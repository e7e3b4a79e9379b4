/** `createSandbox`: a local OptiPick for tests, on a free port of this machine. */
import { createSandbox as startSandbox } from '../sandbox/server.ts';
import { createLibraryHost } from '../platform/library-host.ts';
import type { EndpointOptions } from '../sandbox/webhooks/endpoints.ts';
import { parseSite } from '../site/layout.ts';
import type { SandboxConfig } from '../sandbox/config.ts';

/** A warehouse with aisles: walked along an aisle, changed by a cross aisle. */
export interface AisleSiteFile {
  readonly site_name: string;
  /** Of all coordinates and distances. Default `cm`. */
  readonly unit?: string;
  readonly aisles: Readonly<Record<string, { readonly x: number }>>;
  /** Their `y`. */
  readonly cross_aisles: readonly number[];
  readonly locations: Readonly<Record<string, SitePlace>>;
  readonly points?: Readonly<Record<string, SitePlace>>;
}

/** In an aisle, or anywhere on the floor. */
export type SitePlace = { readonly aisle: string; readonly y: number } | { readonly x: number; readonly y: number };

/** A warehouse as distances, perhaps different each way: `matrix[from][to]`. */
export interface MatrixSiteFile {
  readonly site_name: string;
  readonly unit?: string;
  readonly names: readonly string[];
  readonly matrix: readonly (readonly number[])[];
}

/** Every one may be left out. */
export interface SandboxOptions extends Omit<SandboxConfig, 'site'> {
  /** Port on 127.0.0.1. Default 0: a free one. */
  readonly port?: number | undefined;
  /** The content of a site file. Default: the built-in `Example`. */
  readonly site?: AisleSiteFile | MatrixSiteFile | undefined;
}

/** A receiver of webhooks. */
export interface SandboxEndpoint {
  /** For the control API: `/_sandbox/endpoints/{id}/...`. */
  readonly id: string;
  readonly url: string;
}

export interface Sandbox extends AsyncDisposable {
  /** `http://127.0.0.1:4010`; the status page is at `/`. */
  readonly url: string;
  readonly port: number;
  /** A test value, not a secret. */
  readonly apiKey: string;
  /** What webhooks are signed with: a test value, not a secret. */
  readonly secret: string;
  /**
   * Sends signed webhooks to `url` from now on: all, or those that a pattern of `events` matches (`cluster.optimized`,
   * `route.optimized.Example.*`). Throws `CliError` (usage) for an address that is not on this machine.
   */
  addEndpoint(url: string, options?: EndpointOptions): SandboxEndpoint;
  /** Ends its jobs and webhooks and closes the port. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a sandbox: `await using sandbox = await createSandbox()`, or call `stop()` when done. It computes real answers
 * and sends real signed webhooks, but it is not Optioryx's optimizer. Throws `CliError`: `usage` for invalid options,
 * `environment` when the port is not available.
 */
export async function createSandbox({ site, ...options }: SandboxOptions = {}): Promise<Sandbox> {
  const running = await startSandbox(createLibraryHost(), {
    ...options,
    site: site === undefined ? undefined : parseSite(site),
  });
  return {
    ...running,
    addEndpoint(target, endpointOptions) {
      const { id, url } = running.addEndpoint(target, endpointOptions);
      return { id, url };
    },
    [Symbol.asyncDispose]: () => running.stop(),
  };
}
