/** The four calls of the API: submit and fetch, route and cluster. */
import { bodyOf, type HttpRequest, type HttpResponse, jsonResponse, TransportError } from '../../lib/net/http.ts';
import type { Kind } from '../../kinds.ts';
import type { Clock } from '../../platform/host.ts';
import type { Background } from '../jobs/background.ts';
import type { FaultDice } from '../faults.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import type { Site } from '../../site/model.ts';
import type { PendingShape, SubmitShape } from '../options.ts';
import type { Outbox } from '../webhooks/outbox.ts';
import { Refusal } from './refusal.ts';
import { parseJsonBody } from './request-body.ts';
import { createStatusOnce } from './status-once.ts';
import { packText } from '../jobs/compressed-text.ts';
import { readTask, type Task } from '../jobs/background-job.ts';

/** How late the fault `slow` makes an answer. */
const SLOW_ANSWER_MS = 3000;

export interface Api {
  /** POST: answers with the result (`synchronous`, the default) or at once with the id. */
  submit(kind: Kind, call: ApiCall): Promise<HttpResponse>;
  /** GET of an id. */
  fetch(kind: Kind, requestId: string, call: ApiCall): Promise<HttpResponse>;
}

export interface ApiCall {
  readonly request: HttpRequest;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface ApiFacts {
  readonly clock: Clock;
  readonly site: Site;
  readonly jobs: Jobs;
  readonly outbox: Outbox;
  readonly dice: FaultDice;
  readonly background: Background;
  readonly submitShape: SubmitShape;
  readonly pendingAs: PendingShape;
}

export function createApi(facts: ApiFacts): Api {
  const { clock, site, jobs, outbox, dice, background } = facts;
  const statusOnce = createStatusOnce();

  /** Lets the magic header and the faults have their way before and after the proper answer. */
  async function disturbed({ request, body }: ApiCall, answer: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const made = statusOnce(request, body);
    if (made !== undefined) return made;
    if (dice.strikes('error500')) throw new Refusal(500, 'Internal Server Error');
    if (dice.strikes('rate-limit')) throw new Refusal(429, 'Too Many Requests', { 'retry-after': '1' });
    const isDropped = dice.strikes('drop');
    if (dice.strikes('slow')) await clock.sleep(SLOW_ANSWER_MS, background.signal);
    const response = await answer();
    if (isDropped) throw new TransportError('reset', 'the sandbox dropped the connection', { sent: true });
    return response;
  }

  async function submit(kind: Kind, { query, body }: ApiCall): Promise<HttpResponse> {
    const isSynchronous = readFlag('synchronous', query.get('synchronous') ?? 'true');
    const { job, finished } = jobs.submit(readTask(kind, parseJsonBody(body), site), recallOf(kind, body, site));
    if (isSynchronous) {
      const done = await finished;
      if (done === undefined) throw new TransportError('reset', 'the sandbox has stopped', { sent: true });
      return answerOf(done);
    }
    background.start(async () => {
      const done = await finished;
      if (done !== undefined) outbox.publish(done);
    });
    const { submitShape: shape } = facts;
    return jsonResponse(200, shape === 'bare' ? job.requestId : { [shape]: job.requestId });
  }

  function fetch(kind: Kind, requestId: string): HttpResponse {
    const job = jobs.find(kind, requestId);
    if (job === undefined) throw new Refusal(404, 'Request not found');
    return job.answer === undefined ? PENDING_ANSWERS[facts.pendingAs](requestId) : answerOf(job);
  }

  return {
    submit: (kind, call) => disturbed(call, () => submit(kind, call)),
    fetch: (kind, requestId, call) => disturbed(call, async () => fetch(kind, requestId)),
  };
}

/** Reads the same task once more. */
function recallOf(kind: Kind, body: string, site: Site): () => Task {
  const packed = packText(body);
  return () => readTask(kind, parseJsonBody(packed.read()), site);
}

function answerOf({ answer }: Job): HttpResponse {
  const text = answer?.read() ?? 'null';
  return { status: 200, headers: { 'content-type': 'application/json' }, body: bodyOf(text) };
}

const PENDING_ANSWERS: Readonly<Record<PendingShape, (requestId: string) => HttpResponse>> = {
  404: () => {
    throw new Refusal(404, 'Request not found, or not finished yet');
  },
  202: (requestId) => jsonResponse(202, { request_id: requestId }),
  null: () => jsonResponse(200, null),
  status: (requestId) => jsonResponse(200, { request_id: requestId, status: 'RUNNING' }),
};

/** A boolean in the words that Pydantic takes. */
function readFlag(name: string, value: string): boolean {
  const word = value.toLowerCase();
  if (['true', '1', 't', 'yes', 'y', 'on'].includes(word)) return true;
  if (['false', '0', 'f', 'no', 'n', 'off'].includes(word)) return false;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  throw new Refusal(422, [{ loc: ['query', name], msg, type: 'bool_parsing' }]);
}
