/**
 * One PostgreSQL server for all tests of a run, started when the first of them asks for it. `OPTIPICK_TEST_POSTGRES` is the address of
 * another one, `debian` for that of Debian, or `pgbouncer` for that behind PgBouncer.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startPooler } from './pooler.ts';
import { createPostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of the server. */
    readonly postgresStarter: string;
  }
}

interface Started {
  readonly url: string;
  end(): Promise<void>;
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<Started> | undefined;
  const starter = createServer((_, response) => {
    started ??= start(process.env['OPTIPICK_TEST_POSTGRES']);
    started.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void starter.listen(0, '127.0.0.1', resolve));
  starter.unref();
  project.provide('postgresStarter', `http://127.0.0.1:${(starter.address() as AddressInfo).port}/`);
  return async () => {
    starter.close();
    await (await started)?.end();
  };
}

async function start(wanted = ''): Promise<Started> {
  if (wanted.includes('://')) return { url: wanted, end: () => Promise.resolve() };
  const server = await createPostgresServer({ isDebian: wanted !== '' });
  if (wanted !== 'pgbouncer') return { url: server.url(), end: () => server.end() };
  const pooler = await startPooler(server);
  return {
    url: server.url('', undefined, `127.0.0.1:${pooler.port}`),
    async end() {
      await pooler.end();
      await server.end();
    },
  };
}
