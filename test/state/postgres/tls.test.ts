/** Who the server has to be, and that no password is in what is said about it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stateDoorOptions } from '../../../src/context/shared-state.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { createFakeHost } from '../../support/fake-host.ts';
import { createTestFolder } from '../../support/folder.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { OTHER_CERTIFICATE_FILE, OTHER_KEY_FILE, TEST_CERTIFICATE_FILE, TEST_KEY_FILE } from '../../support/tls.ts';
import { acceptInto, failureOf, inboxIn, migrateAt, openStateAt } from './shared.ts';

const VERIFIED = '?sslmode=verify-full&sslrootcert=';

let plain: PostgresServer;
let secure: PostgresServer;
let elsewhere: PostgresServer;
beforeAll(async () => {
  plain = await createPostgresServer();
  secure = await createPostgresServer({
    tls: { certificate: TEST_CERTIFICATE_FILE, key: TEST_KEY_FILE },
    access: ['hostssl all app 127.0.0.1/32 scram-sha-256', 'host all owner 127.0.0.1/32 scram-sha-256'],
  });
  elsewhere = await createPostgresServer({ tls: { certificate: OTHER_CERTIFICATE_FILE, key: OTHER_KEY_FILE } });
  await migrateAt(secure.url());
  await secure.query(`CREATE ROLE app LOGIN SUPERUSER PASSWORD 'of a test'`);
}, 180_000);
afterAll(() => Promise.all([plain.end(), secure.end(), elsewhere.end()]));

/** The failure, of which the password is no part, however deep one looks. */
async function refusalOf(url: string): Promise<{ message: string; hint: string | undefined; retryable: boolean }> {
  const failure = await failureOf((await openStateAt(url)).submissions.find('any'));
  const everything = inspect(failure, { depth: 20, showHidden: true, maxStringLength: null }) + String(failure.stack);
  expect(everything).not.toMatch(/of(?: |%20)a(?: |%20)test/);
  const { message, hint, retryable } = failure;
  return { message: message.replaceAll(/:\d{4,5}\b/g, ':PORT'), hint, retryable };
}

test('a server with the right certificate is used, by name and by address, with a password that only its own proof shows', async () => {
  const parameters = VERIFIED + TEST_CERTIFICATE_FILE;
  const inbox = await inboxIn(secure.url(parameters, 'app'));
  expect(await acceptInto(inbox, 'over TLS')).toBe('new');
  const byName = await inboxIn(secure.url(parameters, 'app', `localhost:${secure.port}`));
  expect(await acceptInto(byName, 'over TLS')).toBe('duplicate');
});

test('a certificate of an authority that nobody named is rejected', async () => {
  expect(await refusalOf(secure.url('?sslmode=verify-full', 'app'))).toMatchInlineSnapshot(`
    {
      "hint": "name the certificate of the authority that signed that of the server: sslrootcert=<file>",
      "message": "postgres://app:***@127.0.0.1:PORT/postgres cannot be used: self-signed certificate",
      "retryable": false,
    }
  `);
  expect(await refusalOf(secure.url(VERIFIED + OTHER_CERTIFICATE_FILE, 'app'))).toMatchInlineSnapshot(`
    {
      "hint": "name the certificate of the authority that signed that of the server: sslrootcert=<file>",
      "message": "postgres://app:***@127.0.0.1:PORT/postgres cannot be used: self-signed certificate",
      "retryable": false,
    }
  `);
});

test('a certificate for another name is rejected', async () => {
  expect(await refusalOf(elsewhere.url(VERIFIED + OTHER_CERTIFICATE_FILE))).toMatchInlineSnapshot(`
    {
      "hint": "the certificate of the server is for another name: use the name that it is for in the address, or give the server a new one",
      "message": "postgres://owner:***@127.0.0.1:PORT/postgres cannot be used: its certificate is for DNS:db.example.com",
      "retryable": false,
    }
  `);
});

test('a server without TLS is rejected where it has to prove its name', async () => {
  expect(await refusalOf(plain.url('?sslmode=verify-full'))).toMatchInlineSnapshot(`
    {
      "hint": "turn on ssl in postgresql.conf; only over a network that nobody else uses: sslmode=disable",
      "message": "postgres://owner:***@127.0.0.1:PORT/postgres cannot be used: The server does not support SSL connections",
      "retryable": false,
    }
  `);
});

test('a server that wants TLS says so to whoever comes without', async () => {
  expect(await refusalOf(secure.url('', 'app'))).toMatchInlineSnapshot(`
    {
      "hint": "the server wants TLS, or knows no such user: sslmode=verify-full",
      "message": "postgres://app:***@127.0.0.1:PORT/postgres cannot be used: no pg_hba.conf entry for host "127.0.0.1", user "app", database "postgres", no encryption",
      "retryable": false,
    }
  `);
});

test('a file of certificates that holds none is named as the cause', async () => {
  await using folder = await createTestFolder();
  const file = join(folder.path, 'root.pem');
  await writeFile(file, '-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n');
  expect(await refusalOf(secure.url(VERIFIED + file, 'app'))).toMatchInlineSnapshot(`
    {
      "hint": "sslrootcert has to name a file of certificates in PEM",
      "message": "postgres://app:***@127.0.0.1:PORT/postgres cannot be used: there is no certificate in PEM in the file of sslrootcert",
      "retryable": false,
    }
  `);
});

test('a file with the certificates of all regions of a cloud is read whole', async () => {
  await using folder = await createTestFolder();
  const all =
    (await readFile(OTHER_CERTIFICATE_FILE, 'utf8')).repeat(400) + (await readFile(TEST_CERTIFICATE_FILE, 'utf8'));
  await writeFile(folder.at('all.pem'), all);
  const url = secure.url(VERIFIED + folder.at('all.pem'), 'app');
  const source = {
    host: createFakeHost({ files: { [folder.at('all.pem')]: all } }),
    stop: new AbortController().signal,
  };
  expect((await stateDoorOptions(source, url)).rootCertificates).toBe(all);
  expect(await acceptInto(await inboxIn(url), 'from the cloud')).toBe('new');
});

test('a wrong password, an unknown database and a password that is missing are told apart', async () => {
  const wrong = plain.url().replace('of%20a%20test', 'of%20a%20test%3F');
  expect(await refusalOf(wrong)).toMatchInlineSnapshot(`
    {
      "hint": "check user and password, and pg_hba.conf of the server",
      "message": "postgres://owner:***@127.0.0.1:PORT/postgres cannot be used: password authentication failed for user "owner"",
      "retryable": false,
    }
  `);
  expect(await refusalOf(plain.url().replace('/postgres', '/orders'))).toMatchInlineSnapshot(`
    {
      "hint": "create the database, or name another one in the address",
      "message": "postgres://owner:***@127.0.0.1:PORT/orders cannot be used: database "orders" does not exist",
      "retryable": false,
    }
  `);
  expect(await refusalOf(plain.url().replace(':of%20a%20test', ''))).toMatchInlineSnapshot(`
    {
      "hint": "check user and password, and pg_hba.conf of the server",
      "message": "postgres://owner@127.0.0.1:PORT/postgres cannot be used: the server asks for a password of "owner", and there is none",
      "retryable": false,
    }
  `);
});

test('a port that speaks something else is no server of a state', async () => {
  await using other = await startRawServer('HTTP/1.1 400 Bad Request\r\n\r\n');
  expect(await refusalOf(plain.url('', undefined, `127.0.0.1:${other.port}`))).toMatchInlineSnapshot(`
    {
      "hint": "check that the server runs and that its address is right: optipick state status",
      "message": "postgres://owner:***@127.0.0.1:PORT/postgres cannot be used: there was no answer within 2 s",
      "retryable": true,
    }
  `);
});

test('a question over TLS that is never answered ends with its connection', async () => {
  const proxy = await startTcpProxy(secure.port);
  onTestFinished(() => proxy.end());
  const client = await openPostgres({
    host: '127.0.0.1',
    port: proxy.port,
    user: 'app',
    database: 'postgres',
    password: async () => 'of a test',
    tls: { ca: await readFile(TEST_CERTIFICATE_FILE, 'utf8') },
    name: 'test',
  });
  expect((await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows).toEqual([
    { ssl: true },
  ]);
  proxy.swallow();
  const question = client.query('SELECT 1');
  client.destroy();
  await expect(question).rejects.toThrow('Connection terminated');
  await expect.poll(() => client.isOpen).toBe(false);

  const url = secure.url(VERIFIED + TEST_CERTIFICATE_FILE, 'app', `127.0.0.1:${proxy.port}`);
  expect(await acceptInto(await inboxIn(url), 'swallowed')).toBe('state_unavailable');
});
