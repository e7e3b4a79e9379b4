/** Every document and line that `--json` prints, with its schema and an example. */
import { ERROR_CODES } from '../../src/error-codes.ts';
import { EXIT_CODES } from '../../src/errors.ts';
import {
  anyObject,
  anything,
  flag,
  integer,
  type JsonSchema,
  list,
  literal,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  time,
} from './json-schema.ts';

export interface JsonOutput {
  /** Of the schema file, and the heading. */
  readonly name: string;
  /** The commands that print it. */
  readonly commands: readonly string[];
  readonly purpose: string;
  readonly schema: JsonSchema;
  readonly example: unknown;
}

const v = { v: literal(1) };
const kind = oneOf(['route', 'cluster'], 'the kind of request');
const requestId = text('id of the request');
const knownRequestId = nullable(text('id of the request; null when the message names none'));
const svixId = text('svix-id of the message');
const event = nullable(text('event type; null when the message does not name it'));
const receivedAt = time('when it was received');
const ID = '67507ad05e593173d0313e0f';
const AT = '2026-11-29T14:03:59.000Z';
const MESSAGE = 'msg_2b8XkCq0Vd1aEo3hTqz';

const apiAnswer = anything(
  "the API's own document, unknown fields and large numbers included; null when there is none",
);

const step = {
  step: text('"show", "exec" or "forward <url>"'),
  state: oneOf(['pending', 'done', 'failed', 'discarded'], 'failed: after 12 attempts'),
  attempts: integer('attempts so far'),
  next_attempt_at: nullable(time('when it is due; null when it is not pending')),
  last_error: nullable(text('why the last attempt failed')),
};
const delivery = {
  ...v,
  type: literal('event'),
  id: svixId,
  event,
  request_id: knownRequestId,
  kind: nullable(kind),
  test: flag('whether "optipick trigger" sent it about no real request'),
  status: oneOf(['pending', 'done', 'failed'], 'failed when a step is, else pending when a step is'),
  attempts: integer('attempts of the step that has the most'),
  received_at: receivedAt,
  last_error: nullable(text('why the last attempt failed')),
};
const stepAnswer = object(
  {
    status: integer('HTTP status'),
    at: time('when it answered'),
    headers: anything('its headers, as pairs of name and value'),
    body: optional(text('the first 20 kB of the body')),
    body_base64: optional(text('the same, when it is no text')),
    truncated: flag('whether the body is longer'),
  },
  'what the target answered last',
);

const testAnswer = {
  status: nullable(integer('HTTP status; null when there was no answer')),
  duration_ms: number('how long it took'),
  body: text('the start of what the endpoint said'),
  error: nullable(text('why there was no answer')),
};
const fixes = optional(
  list(
    object({ framework: text('as --framework has it'), code: text('code of a receiver that verifies') }),
    'with --framework; empty where code is not the cure',
  ),
);

const figures = {
  asis_distance: nullable(number('distance of the as-is route')),
  optimal_distance: nullable(number('distance after the optimization')),
  saving_percent: nullable(number('what is saved of the as-is distance')),
  clusters: nullable(number('how many clusters')),
  orders: nullable(number('how many orders')),
  picks: nullable(number('how many picks')),
  invalid_picks: nullable(number('how many picks were invalid')),
  computation_time: nullable(number('seconds')),
};
const side = object({
  file: text('as it was named'),
  request_id: nullable(text('id of the request')),
  site_name: nullable(text('site')),
  wave_id: nullable(text('wave')),
  unit: nullable(text('unit of its distances')),
  ...figures,
});
const comparedCluster = nullable(
  object({
    list_id: nullable(text('its name')),
    orders: anything('its orders'),
    picks: anything('its picks'),
    distance: nullable(number('its distance')),
  }),
);
const moved = object({
  pick_id: text('the pick'),
  a: anything('where it was'),
  b: anything('where it is'),
});

const setting = object({
  value: anything('the value; secrets are masked'),
  source: oneOf(['flag', 'environment', 'profile', 'default'], 'where it comes from'),
  from: text('the same, for people'),
});
const imported = object({ new: integer('added'), already_there: integer('left as they were') });
const stateContents = {
  deliveries: nullable(
    object({ pending: integer('owe something'), done: integer('owe nothing'), failed: integer('failed') }),
  ),
  oldest_pending_at: nullable(time('of the oldest that owes something')),
  owners: nullable(
    list(object({ owner: text('a listener'), steps: integer('steps that it works on') }), 'who is at work'),
  ),
};
const problem = nullable(
  object({ code: text('error code'), message: text('what is wrong'), hint: nullable(text('what to do')) }),
);

const failure = {
  code: oneOf(
    [...new Set(Object.values(ERROR_CODES).flatMap((codes) => Object.keys(codes)))].toSorted(),
    'stable word: see exit-codes.md',
  ),
  message: text('what happened, for people'),
  exitCode: { type: 'integer', enum: Object.values(EXIT_CODES), description: 'exit code of the process' },
  status: optional(integer('HTTP status that caused it')),
  api_code: optional(text('what the API calls the error')),
  requestId: optional(text('id of the request')),
  retryable: flag('whether the same command may succeed when it is run again'),
  hint: optional(text('what to do')),
  details: optional(
    list(
      object({
        path: text('JSON pointer to the field; empty for the whole'),
        message: text('what is wrong there'),
        place: optional(text('file, line and column')),
        summary: optional(text('what it has in common with others')),
      }),
      'single errors',
    ),
  ),
} as const;

export const JSON_OUTPUTS: readonly JsonOutput[] = [
  {
    name: 'error',
    commands: ['every command (on stderr)'],
    purpose: 'Why the command failed. It is the last line on stderr; stdout may hold results of before.',
    schema: object({ error: object(failure) }),
    example: {
      error: {
        code: 'no_api_key',
        message: 'there is no API key',
        exitCode: 4,
        retryable: false,
        hint: 'store one with: optipick login',
      },
    },
  },
  {
    name: 'submission',
    commands: ['cluster submit', 'route submit'],
    purpose: 'One request was submitted, without --wait and --sync.',
    schema: object({ ...v, request_id: requestId, kind }),
    example: { v: 1, request_id: ID, kind: 'cluster' },
  },
  {
    name: 'submitted',
    commands: ['cluster submit', 'route submit'],
    purpose: 'One of several requests was submitted, without --wait and --sync.',
    schema: object({
      ...v,
      type: literal('submitted'),
      request_id: requestId,
      kind,
      wave_id: optional(text('wave of the request, where it has one')),
    }),
    example: { v: 1, type: 'submitted', request_id: ID, kind: 'cluster', wave_id: 'W1' },
  },
  {
    name: 'result',
    commands: ['cluster submit', 'route submit', 'poll', 'events sync', 'demo'],
    purpose: 'One of several results. Of a single request, poll and submit print the document of the API alone.',
    schema: object({
      ...v,
      type: literal('result'),
      request_id: requestId,
      kind,
      state: optional(oneOf(['done', 'failed', 'pending', 'refused'], 'how the job ended; demo leaves it out')),
      wave_id: optional(text('wave of the request, where it has one')),
      findings: optional(
        list(
          object({
            class: text('what the audit found'),
            message: text('in words'),
            count: integer('how often'),
            examples: list(text('one'), 'the first few'),
          }),
          'of the audit, where it found something',
        ),
      ),
      gates: optional(
        list(
          object({
            expression: text('as --fail-if has it'),
            tripped: flag('whether the command fails because of it'),
            reason: text('in words'),
          }),
          'with --fail-if',
        ),
      ),
      result: apiAnswer,
    }),
    example: {
      v: 1,
      type: 'result',
      request_id: ID,
      kind: 'cluster',
      state: 'done',
      wave_id: 'W1',
      gates: [{ expression: 'saving<5%', tripped: false, reason: 'saving is 39.6%' }],
      result: { request_id: ID, optimal_distance: 42800 },
    },
  },
  {
    name: 'diff',
    commands: ['diff'],
    purpose: 'Two answers side by side; differences are b less a.',
    schema: object({
      ...v,
      type: literal('diff'),
      kind,
      unit: nullable(text('unit of distances; null when the two cannot be compared')),
      same: flag('whether nothing differs'),
      a: side,
      b: side,
      difference: object(figures),
      clusters: list(
        object({
          a: comparedCluster,
          b: comparedCluster,
          shared_picks: anything('picks that both hold'),
          distance_difference: nullable(number('b less a')),
        }),
        'matched by what they hold',
      ),
      regrouped_picks: list(moved, 'picks in another cluster'),
      relocated_picks: list(moved, 'picks at another location'),
      only_in_a: list(anything('a pick'), 'missing picks'),
      only_in_b: list(anything('a pick'), 'new picks'),
      sequence: nullable(
        object({
          common_stops: anything('stops of both'),
          moved_stops: list(moved, 'stops with another place'),
          reversed: flag('whether one is the other backwards'),
        }),
      ),
    }),
    example: {
      v: 1,
      type: 'diff',
      kind: 'route',
      unit: 'cm',
      same: false,
      a: sideExample('before.json', 42800),
      b: sideExample('after.json', 41200),
      difference: { ...figuresExample(-1600), orders: 0, picks: 0, invalid_picks: 0 },
      clusters: [],
      regrouped_picks: [],
      relocated_picks: [],
      only_in_a: [],
      only_in_b: [],
      sequence: { common_stops: 2, moved_stops: [{ pick_id: 'P1', a: 1, b: 2 }], reversed: false },
    },
  },
  {
    name: 'listen-ready',
    commands: ['listen'],
    purpose: 'The port is open, with --relay also the relay: the first line.',
    schema: object({
      ...v,
      type: literal('ready'),
      url: text('address that receives'),
      port: integer('open port'),
      state: optional(text('address of the shared state, where there is one')),
      relay_url: optional(text('with --relay: address for the web application')),
      viewer_url: optional(text('with --relay: a page for people')),
      inspector_url: optional(text('with --inspect: the page of what is received, with its token')),
    }),
    example: { v: 1, type: 'ready', url: 'http://127.0.0.1:5000/webhook', port: 5000 },
  },
  {
    name: 'listen-event',
    commands: ['listen', 'listen --exec (stdin of the command)'],
    purpose: 'A delivery, with its result once that is fetched.',
    schema: object({
      ...v,
      type: literal('event'),
      id: svixId,
      kind: nullable(kind),
      event,
      request_id: knownRequestId,
      received_at: receivedAt,
      payload: anything('body of the message; null when it is not JSON'),
      payload_base64: optional(text('body of the message, when it is not JSON')),
      result: apiAnswer,
    }),
    example: {
      v: 1,
      type: 'event',
      id: MESSAGE,
      kind: 'cluster',
      event: null,
      request_id: ID,
      received_at: AT,
      payload: { request_id: ID },
      result: { request_id: ID, optimal_distance: 42800 },
    },
  },
  {
    name: 'listen-forwarded',
    commands: ['listen'],
    purpose: 'One attempt at a --forward-to has ended.',
    schema: object({
      ...v,
      type: literal('forwarded'),
      id: svixId,
      target: text('the URL'),
      status: nullable(integer('HTTP status; null when there was no answer')),
      duration_ms: integer('how long it took'),
      attempt: integer('number of the attempt, from 1'),
      ok: flag('whether it was accepted'),
    }),
    example: {
      v: 1,
      type: 'forwarded',
      id: MESSAGE,
      target: 'http://127.0.0.1:3000/hooks',
      status: 204,
      duration_ms: 12,
      attempt: 1,
      ok: true,
    },
  },
  {
    name: 'listen-executed',
    commands: ['listen'],
    purpose: 'One run of the command of --exec has ended.',
    schema: object({
      ...v,
      type: literal('executed'),
      id: svixId,
      target: text('the command'),
      exit_code: nullable({
        anyOf: [integer('exit code'), text('signal that ended it')],
        description: 'exit code or signal; null when it did not run',
      }),
      duration_ms: integer('how long it took'),
      attempt: integer('number of the attempt, from 1'),
      ok: flag('whether it exited with 0'),
    }),
    example: {
      v: 1,
      type: 'executed',
      id: MESSAGE,
      target: './import.sh',
      exit_code: 0,
      duration_ms: 340,
      attempt: 1,
      ok: true,
    },
  },
  {
    name: 'listen-duplicate',
    commands: ['listen'],
    purpose: 'A delivery was received that is stored already.',
    schema: object({
      ...v,
      type: literal('duplicate'),
      id: svixId,
      request_id: knownRequestId,
      received_at: receivedAt,
    }),
    example: { v: 1, type: 'duplicate', id: MESSAGE, request_id: ID, received_at: AT },
  },
  {
    name: 'listen-rejected',
    commands: ['listen'],
    purpose: 'A request was rejected: nothing is done for it.',
    schema: object({
      ...v,
      type: literal('rejected'),
      id: nullable(svixId),
      status: nullable(integer('HTTP status of the answer; null when there was none')),
      reason: text('stable word, such as too_old or no_match'),
      detail: text('in words'),
      cause: optional(text('diagnosis of a delivery that does not verify, as of verify')),
      explanation: optional(text('the diagnosis in words')),
      received_at: receivedAt,
    }),
    example: {
      v: 1,
      type: 'rejected',
      id: MESSAGE,
      status: 401,
      reason: 'no_match',
      detail: 'no signature matches',
      received_at: AT,
    },
  },
  {
    name: 'listen-more',
    commands: ['listen'],
    purpose: 'Lines were left out because nobody read them in time.',
    schema: object({ ...v, type: literal('more'), count: integer('how many') }),
    example: { v: 1, type: 'more', count: 120 },
  },
  {
    name: 'listen-reconnecting',
    commands: ['listen --relay'],
    purpose: 'The link to the relay is lost.',
    schema: object({ ...v, type: literal('reconnecting'), reason: text('in words') }),
    example: { v: 1, type: 'reconnecting', reason: 'the relay closed the connection' },
  },
  {
    name: 'listen-connected',
    commands: ['listen --relay'],
    purpose: 'The link to the relay is back.',
    schema: object({ ...v, type: literal('connected'), relay_url: text('address for the web application') }),
    example: { v: 1, type: 'connected', relay_url: 'https://play.svix.com/in/c_0123456789ab/' },
  },
  {
    name: 'listen-closed',
    commands: ['listen'],
    purpose: 'The listener has stopped: the last line.',
    schema: object({
      ...v,
      type: literal('closed'),
      accepted: integer('deliveries that were stored'),
      duplicates: integer('deliveries that were stored before'),
      rejected: integer('requests that were rejected'),
      shown: integer('results that were printed'),
      pending: nullable(integer('deliveries left for the next run; null when it is not known')),
      not_recorded: optional(integer('with --record: requests that could not be recorded')),
    }),
    example: { v: 1, type: 'closed', accepted: 3, duplicates: 1, rejected: 0, shown: 3, pending: 0 },
  },
  {
    name: 'events-list',
    commands: ['events list'],
    purpose: 'A delivery, and what it owed when it was accepted.',
    schema: object({ ...delivery, steps: list(object(step), 'what it owed, each with its own state') }),
    example: { ...deliveryExample(), steps: [stepExample()] },
  },
  {
    name: 'events-show',
    commands: ['events show'],
    purpose: 'A delivery with its headers, its payload and the last answer of each target.',
    schema: object({
      ...delivery,
      steps: list(object({ ...step, answer: nullable(stepAnswer) }), 'what it owed, each with its own state'),
      verified: flag('whether its signature was verified'),
      headers: anything('pairs of name and value; those that may hold credentials are left out'),
      payload_base64: optional(text('body of the message, when it is not JSON')),
      payload: anything('body of the message; null when it is not JSON'),
    }),
    example: {
      ...deliveryExample(),
      steps: [{ ...stepExample(), answer: null }],
      verified: true,
      headers: [['svix-id', MESSAGE]],
      payload: { request_id: ID },
    },
  },
  {
    name: 'events-replay',
    commands: ['events replay'],
    purpose: 'What became of one delivery.',
    schema: object({
      ...v,
      type: literal('result'),
      id: svixId,
      request_id: knownRequestId,
      outcome: oneOf(['forwarded', 'shown', 'done', 'due', 'waiting', 'failed'], 'waiting: left to a listener'),
      error: nullable(text('why it failed')),
      result: apiAnswer,
    }),
    example: { v: 1, type: 'result', id: MESSAGE, request_id: ID, outcome: 'forwarded', error: null, result: null },
  },
  {
    name: 'events-discard',
    commands: ['events discard'],
    purpose: 'What a delivery no longer owes.',
    schema: object({
      ...v,
      type: literal('discarded'),
      id: svixId,
      request_id: knownRequestId,
      steps: list(text('"show", "exec" or "forward <url>"'), 'what was discarded'),
    }),
    example: { v: 1, type: 'discarded', id: MESSAGE, request_id: ID, steps: ['exec'] },
  },
  {
    name: 'trigger-result',
    commands: ['trigger'],
    purpose: 'What the endpoint answered to one webhook.',
    schema: object({
      ...v,
      type: literal('result'),
      file: optional(text('with --replay: the recorded delivery')),
      id: nullable(svixId),
      event,
      request_id: knownRequestId,
      url: text('address of the endpoint'),
      ...testAnswer,
    }),
    example: {
      v: 1,
      type: 'result',
      id: 'msg_optipick_test_2b8XkCq0Vd1',
      event: 'cluster.optimized',
      request_id: ID,
      url: 'http://127.0.0.1:3000/hooks',
      status: 204,
      duration_ms: 3,
      body: '',
      error: null,
    },
  },
  {
    name: 'trigger-suite',
    commands: ['trigger --suite'],
    purpose: 'All checks of an endpoint.',
    schema: object({
      ...v,
      type: literal('suite'),
      url: text('address of the endpoint'),
      timeout_ms: integer('how long an answer may take'),
      passed: flag('whether all required checks passed'),
      counts: object({
        checks: integer('all'),
        passed: integer('passed'),
        failed: integer('required, and failed'),
        notes: integer('not required, and failed'),
      }),
      skipped: list(text('name of a check'), 'left out by --skip or --only'),
      checks: list(
        object({
          name: text('stable word'),
          title: text('what a correct receiver does'),
          passed: flag('whether it passed'),
          required: flag('whether a failure counts'),
          sent: text('what was sent'),
          received: text('what came back'),
          expected: text('what it should be'),
          why: text('why it matters'),
          fix: nullable(text('what to fix')),
          remark: nullable(text('what else was seen')),
          answers: list(object(testAnswer), 'each answer'),
        }),
        'in the order in which they ran',
      ),
      fixes,
    }),
    example: {
      v: 1,
      type: 'suite',
      url: 'http://127.0.0.1:3000/hooks',
      timeout_ms: 15000,
      passed: false,
      counts: { checks: 1, passed: 0, failed: 1, notes: 0 },
      skipped: [],
      checks: [
        {
          name: 'stale',
          title: 'rejects an old delivery',
          passed: false,
          required: true,
          sent: 'a delivery signed an hour ago',
          received: '204',
          expected: '400 or 401',
          why: 'a recorded delivery could be sent again',
          fix: 'compare svix-timestamp with the clock',
          remark: null,
          answers: [{ status: 204, duration_ms: 3, body: '', error: null }],
        },
      ],
    },
  },
  {
    name: 'verify',
    commands: ['verify'],
    purpose: 'Whether a delivery verifies and, if not, why.',
    schema: object({
      ...v,
      verified: flag('whether it verifies'),
      cause: nullable(text('stable word; null when it verifies: see exit code 9 in exit-codes.md')),
      summary: optional(text('what happened; left out when it verifies')),
      explanation: text('in a sentence or two'),
      evidence: anyObject('what proves it; depends on the cause'),
      fix: nullable(text('what to do')),
      fixes,
    }),
    example: {
      v: 1,
      verified: false,
      cause: 'body_changed',
      summary: 'the body was re-serialized',
      explanation: 'The body was parsed and written again: its bytes are not those that were signed.',
      evidence: { change: 'spaces' },
      fix: 'verify the raw body',
    },
  },
  {
    name: 'sandbox-ready',
    commands: ['sandbox'],
    purpose: 'The sandbox is ready: its only line.',
    schema: object({
      ...v,
      type: literal('ready'),
      url: text('base URL'),
      port: integer('open port'),
      api_key: text('key of this run'),
      secret: nullable(text('signing secret of its endpoint')),
    }),
    example: {
      v: 1,
      type: 'ready',
      url: 'http://127.0.0.1:4010',
      port: 4010,
      api_key: 'sandbox-key-0123456789',
      secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
    },
  },
  {
    name: 'events-ui',
    commands: ['events ui'],
    purpose: 'The page is there: its only line.',
    schema: object({
      ...v,
      type: literal('ready'),
      inspector_url: text('address of the page, with the token that opens it'),
    }),
    example: { v: 1, type: 'ready', inspector_url: 'http://127.0.0.1:4040/?token=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz' },
  },
  {
    name: 'dev-sandbox',
    commands: ['dev'],
    purpose: 'The sandbox is ready: the first line. Those of listen follow.',
    schema: object({
      ...v,
      type: literal('sandbox'),
      url: text('base URL'),
      api_key: text('key of this run'),
      secret: text('signing secret of its webhooks'),
    }),
    example: {
      v: 1,
      type: 'sandbox',
      url: 'http://127.0.0.1:4010',
      api_key: 'sandbox-key-0123456789',
      secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
    },
  },
  {
    name: 'config-get',
    commands: ['config get'],
    purpose: 'One setting.',
    schema: object({ key: text('name of the setting'), ...setting.properties }),
    example: { key: 'port', value: 5000, source: 'default', from: 'default' },
  },
  {
    name: 'config-list',
    commands: ['config list'],
    purpose: 'All settings in force; one that is not set is left out.',
    schema: object({
      profile: setting,
      'api-key': optional(setting),
      'webhook-secret': optional(setting),
      'base-url': optional(setting),
      port: optional(setting),
      'state-url': optional(setting),
    }),
    example: {
      profile: { value: 'default', source: 'default', from: 'default' },
      port: { value: 5000, source: 'default', from: 'default' },
    },
  },
  {
    name: 'config-path',
    commands: ['config path'],
    purpose: 'Where the settings file is.',
    schema: object({ path: text('path of the file') }),
    example: { path: '/home/picker/.config/optipick/config.json' },
  },
  {
    name: 'state-status',
    commands: ['state status'],
    purpose: 'Which state is in force, and how it is. What is not known is null.',
    schema: object({
      ...v,
      engine: oneOf(['sqlite', 'postgres'], 'a file of this machine, or a shared state'),
      folder: optional(text('sqlite: folder of the file')),
      file: optional(text('sqlite: path of the file')),
      address: optional(text('postgres: the address without its password')),
      schema: optional(text('postgres: schema of the tables')),
      host: optional(nullable(text('postgres: the host in use'))),
      port: optional(nullable(integer('postgres: its port'))),
      server_version: optional(nullable(text('postgres: version of the server'))),
      tls: optional(flag('postgres: whether the server is verified')),
      standby: optional(nullable(flag('postgres: whether it is a standby'))),
      read_only: optional(nullable(flag('postgres: whether it accepts no writes'))),
      durable: optional(nullable(flag('postgres: whether a commit survives a crash'))),
      settings: optional(nullable(anyObject('postgres: settings of the server that decide on it'))),
      role: optional(nullable(text('postgres: role of the connection'))),
      rights: optional(
        nullable(
          object({
            creates_tables: flag('whether it may create the tables'),
            missing: list(anything('a right'), 'rights that it lacks'),
          }),
        ),
      ),
      notifications: optional(nullable(flag('postgres: whether listeners wake each other'))),
      schema_version: nullable(integer('version of the tables')),
      readable_by: optional(nullable(integer('postgres: oldest version that can use them'))),
      rejected: optional(nullable(integer('sqlite: rejected requests that are stored'))),
      ...stateContents,
      bytes: nullable(integer('size')),
      table_bytes: optional(nullable(anyObject('postgres: size of each table'))),
      problem,
    }),
    example: {
      v: 1,
      engine: 'sqlite',
      folder: '/home/picker/.local/state/optipick',
      file: '/home/picker/.local/state/optipick/optipick.db',
      schema_version: 9,
      bytes: 118784,
      deliveries: { pending: 0, done: 12, failed: 1 },
      oldest_pending_at: null,
      owners: [],
      problem: null,
    },
  },
  {
    name: 'state-migrate',
    commands: ['state migrate'],
    purpose: 'What was done to the tables of a shared state.',
    schema: object({
      ...v,
      address: text('without its password'),
      schema: text('schema of the tables'),
      version: integer('version that they have now'),
      created: list(integer('a version'), 'versions that were added'),
      granted_to: nullable(text('role of --grant-to')),
    }),
    example: {
      v: 1,
      address: 'postgres://optipick@db.example.com/optipick',
      schema: 'optipick',
      version: 1,
      created: [1],
      granted_to: null,
    },
  },
  {
    name: 'state-prune',
    commands: ['state prune'],
    purpose: 'How many deliveries were deleted.',
    schema: object({ ...v, deleted: integer('how many') }),
    example: { v: 1, deleted: 12 },
  },
  {
    name: 'state-export',
    commands: ['state export'],
    purpose: 'The first line of an export. Rows follow; they are for "optipick state import" and may change with it.',
    schema: object({
      ...v,
      type: literal('optipick-state'),
      secrets: flag('whether relay tokens are in it'),
    }),
    example: { v: 1, type: 'optipick-state', secrets: false },
  },
  {
    name: 'state-import',
    commands: ['state import'],
    purpose: 'What was new, and what was there already.',
    schema: object({
      ...v,
      state: text('address or folder of the state'),
      deliveries: imported,
      submissions: imported,
      postings: imported,
      relay_tokens: imported,
    }),
    example: {
      v: 1,
      state: 'postgres://optipick@db.example.com/optipick',
      deliveries: { new: 3, already_there: 0 },
      submissions: { new: 5, already_there: 0 },
      postings: { new: 5, already_there: 0 },
      relay_tokens: { new: 0, already_there: 0 },
    },
  },
  {
    name: 'doctor',
    commands: ['doctor'],
    purpose: 'All checks that ran, in one list.',
    schema: list(
      object({
        check: text('name of the check'),
        status: oneOf(['ok', 'warning', 'fault'], 'fault: an error'),
        message: text('what was found'),
        fix: nullable(text('the command that fixes it')),
      }),
      'in the order in which they ran',
    ),
    example: [{ check: 'port', status: 'ok', message: '5000 is free', fix: null }],
  },
  {
    name: 'help',
    commands: ['help'],
    purpose: 'The command tree, or that of one command.',
    schema: object({
      ...v,
      name: text('last word of the command'),
      path: list(text('a word'), 'words of the command, after "optipick"'),
      group: nullable(text('heading below which help lists it')),
      usage: text('usage line'),
      description: text('one sentence'),
      arguments: list(
        object({
          name: text('as usage has it'),
          description: text('what it is'),
          required: flag('whether it is needed'),
          variadic: flag('whether several may be given'),
          choices: nullable(list(text('a word'), 'what it may be')),
        }),
        'in their order',
      ),
      options: list(optionSchema(), 'of the command'),
      output: nullable(text('what it prints')),
      examples: list(object({ command: text('can be pasted'), purpose: text('what it does') }), 'at least three'),
      environment: list(object({ name: text('a variable'), purpose: text('what it does') }), 'variables that it reads'),
      exit_codes: list(exitCodeSchema(), 'how it can end'),
      subcommands: list(anyObject('a document of this shape'), 'commands below it'),
      version: optional(text('of the program; of the whole tree only')),
      topics: optional(
        list(object({ name: text('for "optipick help"'), title: text('its first line') }), 'of the whole tree only'),
      ),
      global_options: optional(list(optionSchema(), 'of one command only')),
    }),
    example: {
      v: 1,
      name: 'path',
      path: ['config', 'path'],
      group: null,
      usage: 'optipick config path [options]',
      description: 'Print the path of the settings file.',
      arguments: [],
      options: [],
      output: null,
      examples: [{ command: 'optipick config path', purpose: 'where it is' }],
      environment: [],
      exit_codes: [{ code: 0, name: 'ok', retryable: false, meaning: 'ok' }],
      subcommands: [],
      global_options: [],
    },
  },
  {
    name: 'help-topic',
    commands: ['help'],
    purpose: 'A topic, or the meaning of an error code.',
    schema: object({ ...v, name: text('of the topic'), text: text('its lines, which have any length') }),
    example: { v: 1, name: 'exit-codes', text: 'Exit codes\n\n  0  ok' },
  },
];

function optionSchema(): JsonSchema {
  return object({
    group: nullable(text('heading below which help lists it')),
    flags: text('as help shows it'),
    short: nullable(text('-q')),
    long: nullable(text('--quiet')),
    description: text('what it does'),
    value: nullable(text('name of its value; null for a switch')),
    value_optional: flag('whether the value may be left out'),
    default: anything('as it would be typed'),
    choices: nullable(list(text('a word'), 'what the value may be')),
    env: nullable(text('the variable that stands in for it')),
  });
}

function exitCodeSchema(): JsonSchema {
  return object({
    code: integer('the exit code'),
    name: text('its name'),
    retryable: flag('whether the same command may succeed when it is run again'),
    meaning: optional(text('of one command')),
  });
}

function figuresExample(optimal: number): object {
  return {
    asis_distance: null,
    optimal_distance: optimal,
    saving_percent: null,
    clusters: null,
    orders: 1,
    picks: 2,
    invalid_picks: 0,
    computation_time: null,
  };
}

function sideExample(file: string, optimal: number): object {
  return { file, request_id: ID, site_name: 'Example', wave_id: 'W1', unit: 'cm', ...figuresExample(optimal) };
}

function deliveryExample(): object {
  return {
    v: 1,
    type: 'event',
    id: MESSAGE,
    event: null,
    request_id: ID,
    kind: 'cluster',
    test: false,
    status: 'done',
    attempts: 1,
    received_at: AT,
    last_error: null,
  };
}

function stepExample(): object {
  return { step: 'show', state: 'done', attempts: 1, next_attempt_at: null, last_error: null };
}
