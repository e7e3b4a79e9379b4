/** The four calls of the API: submit and fetch, route and cluster. */
import type { SandboxEnvironment } from '../environment.ts';
import { bodyOf, type HttpResponse, jsonResponse, TransportError } from '../../lib/net/http.ts';
import type { Kind } from '../../kinds.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import type { PendingShape, SubmitShape } from '../config.ts';
import type { Outbox } from '../webhooks/outbox.ts';
import { HttpError } from './http-error.ts';
import type { Call } from './router.ts';
import { parseJsonBody } from './request-body.ts';
import { createStatusOnce } from './status-once.ts';
import { compressText } from '../jobs/compressed-text.ts';
import { readJobInput } from '../jobs/job-input.ts';

/** How much the fault `slow` delays an answer. */
const SLOW_ANSWER_MS = 3000;

type ApiCall = Omit<Call, 'id'>;

export interface ApiOptions {
  readonly jobs: Jobs;
  readonly outbox: Outbox;
  readonly submitShape: SubmitShape;
  readonly pendingAs: PendingShape;
}

export function createApi({ clock, site, injector, background }: SandboxEnvironment, options: ApiOptions) {
  const { jobs, outbox } = options;
  const statusOnce = createStatusOnce();

  /** Applies the magic header and the injected faults before and after the real answer. */
  async function withFaults({ request, body }: ApiCall, answer: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const forced = statusOnce(request, body);
    if (forced !== undefined) return forced;
    if (injector.shouldInject('error500')) throw new HttpError(500, 'Internal Server Error');
    if (injector.shouldInject('rate-limit')) throw new HttpError(429, 'Too Many Requests', { 'retry-after': '1' });
    const isDropped = injector.shouldInject('drop');
    if (injector.shouldInject('slow')) await clock.sleep(SLOW_ANSWER_MS, background.signal);
    const response = await answer();
    if (isDropped) throw new TransportError('reset', 'the sandbox dropped the connection', { sent: true });
    return response;
  }

  async function submit(kind: Kind, { query, body }: ApiCall): Promise<HttpResponse> {
    const isSynchronous = readFlag('synchronous', query.get('synchronous') ?? 'true');
    const input = readJobInput(kind, parseJsonBody(body), site);
    const stored = compressText(body);
    const { job, finished } = jobs.submit(input, stored, () => readJobInput(kind, parseJsonBody(stored()), site));
    if (isSynchronous) {
      const done = await finished;
      if (done === undefined) throw new TransportError('reset', 'the sandbox has stopped', { sent: true });
      return answerOf(done);
    }
    background.start(async () => {
      const done = await finished;
      if (done !== undefined && jobs.find(done.requestId) !== undefined) outbox.publish(done);
    });
    const { submitShape: shape } = options;
    return jsonResponse(200, shape === 'bare' ? job.requestId : { [shape]: job.requestId });
  }

  function fetch(kind: Kind, requestId: string): HttpResponse {
    const job = jobs.find(requestId, kind);
    if (job === undefined) throw new HttpError(404, 'Request not found');
    return job.answer === undefined ? PENDING_ANSWERS[options.pendingAs](requestId) : answerOf(job);
  }

  return {
    /** POST: answers with the result (`synchronous`, the default) or immediately with the id. */
    submit: (kind: Kind, call: ApiCall) => withFaults(call, () => submit(kind, call)),
    /** GET of an id. */
    fetch: (kind: Kind, call: Call) => withFaults(call, async () => fetch(kind, call.id)),
  };
}

export type Api = ReturnType<typeof createApi>;

function answerOf({ answer }: Job): HttpResponse {
  const text = answer?.() ?? 'null';
  return { status: 200, headers: { 'content-type': 'application/json' }, body: bodyOf(text) };
}

const PENDING_ANSWERS: Readonly<Record<PendingShape, (requestId: string) => HttpResponse>> = {
  404: () => {
    throw new HttpError(404, 'Request not found, or not finished yet');
  },
  202: (requestId) => jsonResponse(202, { request_id: requestId }),
  null: () => jsonResponse(200, null),
  status: (requestId) => jsonResponse(200, { request_id: requestId, status: 'RUNNING' }),
};

/** A boolean in any of the forms that Pydantic accepts. */
function readFlag(name: string, value: string): boolean {
  const word = value.toLowerCase();
  if (['true', '1', 't', 'yes', 'y', 'on'].includes(word)) return true;
  if (['false', '0', 'f', 'no', 'n', 'off'].includes(word)) return false;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  throw new HttpError(422, [{ loc: ['query', name], msg, type: 'bool_parsing' }]);
}
