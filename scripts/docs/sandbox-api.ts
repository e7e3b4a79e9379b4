/** The API of the sandbox: an OpenAPI document, and a page that shows what is in it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  anything,
  flag,
  integer,
  type JsonSchema,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  time,
} from './json-schema.ts';
import { code, fenced, prose, table } from './markdown.ts';

/** The API as far as it is known: the tests of client and sandbox go by it. */
const API = fileURLToPath(new URL('../../test/fixtures/openapi.json', import.meta.url));

interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly body?: { readonly schema: JsonSchema; readonly required: boolean; readonly example: unknown };
  readonly status: 200 | 201 | 202;
  readonly answer: JsonSchema;
}

const endpoint = object({
  id: text('id of the endpoint'),
  url: text('where webhooks are sent; credentials in it are masked'),
  events: list(text('a pattern'), 'event types that are sent; empty: all'),
  disabled: flag('whether nothing is sent'),
  disabled_reason: nullable(text('why')),
  created_at: time('when it was added'),
});

const message = object({
  id: text('svix-id'),
  event_type: text('event type'),
  request_id: text('id of the finished request'),
  created_at: time('when the request was finished'),
  deliveries: list(
    object({
      endpoint_id: text('id of the endpoint'),
      url: text('address of the endpoint'),
      event_type: text('event type as this endpoint gets it'),
      payload: anything('body of the webhook'),
      status: oneOf(['pending', 'succeeded', 'failed'], 'what became of it'),
      attempts: integer('attempts so far'),
      next_attempt_at: nullable(time('when the next attempt is due')),
    }),
    'one for each endpoint',
  ),
});

const attempt = object({
  id: text('id of the attempt'),
  message_id: text('svix-id'),
  endpoint_id: text('id of the endpoint'),
  url: text('address of the endpoint'),
  timestamp: time('when it was sent'),
  trigger: oneOf(['scheduled', 'manual', 'duplicate'], 'manual: by resend or recover; duplicate: by a fault'),
  status: oneOf(['succeeded', 'failed'], 'succeeded: 2xx within 15 seconds'),
  response_status: nullable(integer('HTTP status; null when there was no answer')),
  response_body: text('start of the answer'),
  error: nullable(text('why it failed')),
  duration_ms: number('how long it took'),
});

/** Beside the four calls of the API. */
const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/_sandbox/endpoints',
    id: 'listEndpoints',
    summary: 'All endpoints',
    status: 200,
    answer: list(endpoint, 'the oldest first'),
  },
  {
    method: 'post',
    path: '/_sandbox/endpoints',
    id: 'addEndpoint',
    summary: 'Adds an endpoint',
    body: {
      required: true,
      schema: object({
        url: text('where webhooks are sent'),
        events: optional({
          anyOf: [list(text('a pattern'), 'several'), text('several, separated by commas')],
          description: 'event types that are sent, * for any part of a name; default: all',
        }),
        secret: optional(nullable(text('signing secret, whsec_...; default: a new one'))),
      }),
      example: { url: 'http://127.0.0.1:5000/webhook', events: ['cluster.optimized'] },
    },
    status: 201,
    answer: endpoint,
  },
  {
    method: 'get',
    path: '/_sandbox/endpoints/{id}/secret',
    id: 'showSecret',
    summary: 'The signing secret of an endpoint',
    status: 200,
    answer: object({ secret: text('whsec_...') }),
  },
  {
    method: 'post',
    path: '/_sandbox/endpoints/{id}/enable',
    id: 'enableEndpoint',
    summary: 'Sends to it again',
    status: 200,
    answer: endpoint,
  },
  {
    method: 'post',
    path: '/_sandbox/endpoints/{id}/disable',
    id: 'disableEndpoint',
    summary: 'Sends nothing to it any more',
    status: 200,
    answer: endpoint,
  },
  {
    method: 'post',
    path: '/_sandbox/endpoints/{id}/rotate',
    id: 'rotateSecret',
    summary: 'Creates a new secret; for a day both sign',
    status: 200,
    answer: object({ id: text('id of the endpoint'), secret: text('the new one') }),
  },
  {
    method: 'post',
    path: '/_sandbox/endpoints/{id}/recover',
    id: 'recoverEndpoint',
    summary: 'Sends again what failed at this endpoint',
    body: {
      required: false,
      schema: object({
        since: optional({
          anyOf: [time('RFC 3339'), number('milliseconds since 1970')],
          description: 'only what was created since; default: all',
        }),
      }),
      example: { since: '2026-01-31T12:00:00Z' },
    },
    status: 202,
    answer: object({
      id: text('id of the endpoint'),
      since: time('as it was read'),
      messages: integer('how many are sent again'),
    }),
  },
  {
    method: 'get',
    path: '/_sandbox/messages',
    id: 'listMessages',
    summary: 'All messages, and what became of them at each endpoint',
    status: 200,
    answer: list(message, 'messages'),
  },
  {
    method: 'get',
    path: '/_sandbox/messages/{id}/attempts',
    id: 'listAttempts',
    summary: 'Every attempt at a message: when, what was answered, how long it took',
    status: 200,
    answer: list(attempt, 'the oldest first'),
  },
  {
    method: 'post',
    path: '/_sandbox/messages/{id}/resend',
    id: 'resendMessage',
    summary: 'Sends a message again under its id: everywhere, or to one endpoint',
    body: {
      required: false,
      schema: object({ endpoint: optional(nullable(text('id of the endpoint; default: all'))) }),
      example: { endpoint: 'ep_2b8XkCq0Vd1aEo3hTqz' },
    },
    status: 202,
    answer: object({ id: text('svix-id'), deliveries: integer('to how many endpoints') }),
  },
];

/** Contents by path. */
export async function sandboxPages(version: string): Promise<ReadonlyMap<string, string>> {
  const api = withoutNotes(JSON.parse(await readFile(API, 'utf8'))) as ApiDocument;
  return new Map([
    ['docs/reference/sandbox-api.md', page()],
    ['docs/reference/sandbox-openapi.json', JSON.stringify(openApi(api, version))],
  ]);
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** How sure a fact is and samples of old answers are for those who work on the client. */
function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !name.startsWith('x-') && name !== 'examples');
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNotes(field)]));
}

function openApi({ paths, components }: ApiDocument, version: string): object {
  const own = Map.groupBy(OPERATIONS, ({ path }) => path);
  return {
    openapi: '3.1.0',
    info: {
      title: 'optipick sandbox',
      version,
      description:
        'What `optipick sandbox` serves: the four calls of the OptiPick API, and calls of its own for endpoints and messages.',
    },
    servers: [{ url: 'http://127.0.0.1:4010' }],
    security: [{ key: [] }],
    paths: {
      ...paths,
      ...Object.fromEntries(
        [...own].map(([path, operations]) => [
          path,
          Object.fromEntries(operations.map((one) => [one.method, operationObject(one)])),
        ]),
      ),
    },
    components: {
      schemas: components.schemas,
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-API-KEY', description: 'the key that the sandbox printed' },
      },
    },
  };
}

function operationObject({ path, id, summary, body, status, answer }: Operation): object {
  const errors = {
    403: { description: 'The key is missing or wrong' },
    ...(path.includes('{id}') ? { 404: { description: 'There is none of that id' } } : {}),
    ...(body === undefined ? {} : { 422: { description: 'The body cannot be used' } }),
  };
  return {
    operationId: id,
    summary,
    ...(path.includes('{id}')
      ? { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] }
      : {}),
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: {
      [status]: { description: summary, content: { 'application/json': { schema: answer } } },
      ...errors,
    },
  };
}

function requestBody({ required, schema, example }: NonNullable<Operation['body']>): object {
  return { required, content: { 'application/json': { schema, example } } };
}

function page(): string {
  return [
    '# Sandbox API',
    `\`optipick sandbox\` serves the four calls of the OptiPick API, and calls of its own to look at webhooks and to cause
some. Each call has the header \`X-API-KEY\` with the key that the sandbox printed when it started. The whole is an OpenAPI
3.1 document, too: [sandbox-openapi.json](sandbox-openapi.json).`,
    '## The API',
    table(
      ['Call', 'What it does'],
      ['route', 'cluster'].flatMap((kind) => [
        [code(`POST /optimize/${kind}`), `solves a ${kind} problem and answers with the result`],
        [
          code(`POST /optimize/${kind}?synchronous=false`),
          'answers at once with an id, and sends a webhook at the end',
        ],
        [code(`GET /optimize/${kind}/{request_id}`), 'the result; before the end as `--pending-as` has it'],
      ]),
    ),
    `The header \`x-sandbox-status: 503\` makes the sandbox answer a request with that status, once: the same request gets
its real answer the second time. [\`optipick sandbox\`](cli.md#optipick-sandbox) lists the flags that inject faults and
choose other shapes of answers.`,
    '## Endpoints and messages',
    table(
      ['Call', 'What it does'],
      OPERATIONS.map((one) => [`[${code(nameOf(one))}](#${one.id.toLowerCase()})`, prose(one.summary)]),
    ),
    'Errors are `{"detail": "..."}`, or `{"detail": [{"loc", "msg", "type"}]}` for a body that cannot be used (422). A wrong key is 403, an unknown id 404.',
    ...OPERATIONS.map(section),
    '## Example',
    fenced(
      'bash',
      `url=http://127.0.0.1:4010
curl -s -H "X-API-KEY: $OPTIPICK_API_KEY" $url/_sandbox/messages
curl -s -H "X-API-KEY: $OPTIPICK_API_KEY" -H 'content-type: application/json' \\
  -d '{"url":"http://127.0.0.1:5000/webhook"}' $url/_sandbox/endpoints`,
    ),
  ].join('\n\n');
}

function nameOf({ method, path }: Operation): string {
  return `${method.toUpperCase()} ${path}`;
}

function section(operation: Operation): string {
  const { id, summary, body, status, answer } = operation;
  const isList = answer.type === 'array';
  const fields = Object.entries((isList ? answer.items : answer)?.properties ?? {});
  return [
    `### ${id}`,
    `${code(nameOf(operation))}: ${prose(summary)}.`,
    ...(body === undefined
      ? []
      : [
          body.required ? 'Body:' : 'Body, which may be left out:',
          fenced('json', JSON.stringify(body.example)),
          table(
            ['Field', 'Meaning'],
            Object.entries(body.schema.properties ?? {}).map(([name, one]) => [
              code(name),
              `${prose(one.description ?? '')}${body.schema.required?.includes(name) === true ? ' (required)' : ''}`,
            ]),
          ),
        ]),
    `Answer ${status}${isList ? ', a list of' : ''}:`,
    table(
      ['Field', 'Meaning'],
      fields.map(([name, one]) => [code(name), prose(one.description ?? '')]),
    ),
  ].join('\n\n');
}
