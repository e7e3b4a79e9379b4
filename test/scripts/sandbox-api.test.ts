/** The OpenAPI document of the sandbox, held against its routes and its answers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRoutes } from '../../src/sandbox/http/routes.ts';
import { createSandbox } from '../../src/sandbox-entry.ts';
import { faultsOf, type OpenApi, type Schema } from '../support/json-schema.ts';
import { startReceiver } from '../support/receiver.ts';

interface Documented extends OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

interface DocumentedOperation {
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly 'application/json': { readonly schema: Schema } } }>
  >;
}

const FOLDER = join(import.meta.dirname, '../../docs/reference');
const DOCUMENT = JSON.parse(await readFile(join(FOLDER, 'sandbox-openapi.json'), 'utf8')) as Documented;

test('every route of the sandbox is documented, and no other', () => {
  const nothing = {} as Parameters<typeof createRoutes>[0];
  const routes = createRoutes(nothing)
    // Its page is for people.
    .filter(({ open }) => open !== true)
    .map(({ method, path }) => `${method} ${path}`);
  const documented = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
  );
  expect(DOCUMENT.openapi).toBe('3.1.0');
  expect(documented.toSorted()).toEqual(routes.toSorted());
});

test('every call of the sandbox is on its page', async () => {
  const page = await readFile(join(FOLDER, 'sandbox-api.md'), 'utf8');
  for (const [path, operations] of Object.entries(DOCUMENT.paths)) {
    for (const method of Object.keys(operations)) expect(page).toContain(`\`${method.toUpperCase()} ${path}\``);
  }
});

test('what the sandbox answers about endpoints and messages is as the document says', async () => {
  await using receiver = await startReceiver();
  await using sandbox = await createSandbox({ latency: 0 });
  const call = async (method: 'get' | 'post', path: string, body?: unknown) => {
    const response = await fetch(sandbox.url + path, {
      method: method.toUpperCase(),
      headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    const template = path.replace(/(endpoints|messages)\/[^/]+/, '$1/{id}').replace(/\?.*/, '');
    const { responses } = DOCUMENT.paths[template]?.[method] ?? { responses: {} };
    const schema = responses[String(response.status)]?.content?.['application/json'].schema;
    expect(schema, `${method} ${path} ${response.status}`).toBeDefined();
    expect(faultsOf(answer, schema ?? {}, DOCUMENT)).toEqual([]);
    return answer as { readonly id: string };
  };
  const { id } = await call('post', '/_sandbox/endpoints', { url: receiver.url });
  await call('post', '/optimize/route?synchronous=false', {
    site_name: 'Example',
    picks: [{ pick_id: '1', location_id: 'A01' }],
  });
  await receiver.next();
  await call('get', '/_sandbox/endpoints');
  await call('get', `/_sandbox/endpoints/${id}/secret`);
  for (const action of ['disable', 'enable', 'rotate']) await call('post', `/_sandbox/endpoints/${id}/${action}`);
  await call('post', `/_sandbox/endpoints/${id}/recover`, { since: '2026-01-31T12:00:00Z' });
  const [message] = (await call('get', '/_sandbox/messages')) as unknown as readonly { readonly id: string }[];
  await call('get', `/_sandbox/messages/${message?.id}/attempts`);
  await call('post', `/_sandbox/messages/${message?.id}/resend`, { endpoint: id });
});
