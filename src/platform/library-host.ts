/** The part of the machine that the package's functions need: no terminal, no files, no settings. */
import packageJson from '../../package.json' with { type: 'json' };
import { createClock } from './clock.ts';
import type { Host } from './host.ts';

export type LibraryHost = Pick<Host, 'version' | 'clock' | 'random' | 'randomBytes' | 'http' | 'serve' | 'asset'>;

/** What is slow to load (network, server) is loaded when it is first used. */
export function createLibraryHost(): LibraryHost {
  return {
    version: packageJson.version,
    clock: createClock(),
    random: () => Math.random(),
    randomBytes: (size) => process.getBuiltinModule('node:crypto').randomBytes(size),
    async http() {
      const { createHttp } = await import('./http/http.ts');
      return createHttp(process.env);
    },
    async asset(name) {
      const { readAsset } = await import('./assets.ts');
      return readAsset(name);
    },
    async serve(app, options) {
      const { serveHttp } = await import('./server/server.ts');
      return serveHttp(app, options, { platform: process.platform });
    },
  };
}
