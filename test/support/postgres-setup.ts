/** One PostgreSQL server for all tests of a run, started when the first of them asks for it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { createPostgresServer, type PostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of the server. */
    readonly postgresStarter: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<PostgresServer> | undefined;
  const given = process.env['OPTIPICK_TEST_POSTGRES'];
  const address = async (): Promise<string> => given ?? (await (started ??= createPostgresServer())).url();
  const starter = createServer((_, response) => {
    address().then(
      (url) => response.end(url),
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
