/** What a correct receiver of signed webhooks does: the table of checks. */
import type { TestAnswer } from './test-answer.ts';
import type { ConformanceName } from './conformance-fixes.ts';
import { PAYLOAD_SHAPES, type PayloadShape } from '../payload.ts';
import {
  ACCEPTED,
  expectAccepted,
  expectInTime,
  expectNoRedirect,
  expectRejected,
  REJECTED,
  type Verdict,
} from './conformance-verdict.ts';
import { type TestDeliveryOptions, SKEW_SECONDS, type TestDelivery } from './test-delivery.ts';

/** What a check works with. */
export interface CheckTools {
  /** A new payload, by default in the shape that was asked for. */
  readonly payload: (shape?: PayloadShape) => Uint8Array;
  readonly oddPayload: () => Uint8Array;
  /** Signs a new message unless an id is given. */
  readonly make: (options: TestDeliveryOptions) => Promise<TestDelivery>;
  readonly send: (delivery: TestDelivery) => Promise<TestAnswer>;
  /** Random bytes in base64. */
  readonly randomBase64: (bytes: number) => string;
}

export interface CheckTexts {
  /** Stable: `concurrent-duplicate`. */
  readonly name: ConformanceName;
  /** What a correct receiver does: `rejects an old delivery`. */
  readonly title: string;
  /** One line each: what was sent, what should have come back, and why that matters. */
  readonly sent: string;
  readonly expected: string;
  readonly why: string;
  /** Whether a receiver fails without it. Else it is a note: the sender of OptiPick never sends it. */
  readonly required: boolean;
}

interface SendingCheck extends CheckTexts {
  readonly send: (tools: CheckTools) => Promise<readonly TestAnswer[]>;
  readonly evaluate: (answers: readonly TestAnswer[]) => Verdict;
}

/** Sends nothing: evaluates the answers to all deliveries of the suite. */
interface OverallCheck extends CheckTexts {
  readonly send?: undefined;
  readonly evaluate: (all: readonly TestAnswer[], timeoutMs: number) => Verdict;
}

export type ConformanceCheck = SendingCheck | OverallCheck;

/** The plain delivery, which shows whether there is an endpoint at all. */
export const VALID = accepts({
  name: 'valid',
  title: 'accepts a signed delivery',
  sent: 'a delivery signed with the secret',
  why: 'what is not answered 2xx is retried for a day, and after five days the endpoint is disabled',
  deliveries: (tools) => ({ body: tools.payload() }),
});

/** They run one after the other. */
export const CONFORMANCE_CHECKS: readonly ConformanceCheck[] = [
  VALID,
  accepts({
    name: 'id-alone',
    title: 'accepts a body with an id alone',
    sent: 'a body that holds request_id and nothing else, then one that names the event type, too',
    why: 'request_id is all that is documented: whether it is of a route or a cluster has to be found by fetching it',
    deliveries: ({ payload }) => PAYLOAD_SHAPES.map((shape) => ({ body: payload(shape) })),
  }),
  accepts({
    name: 'exact-body',
    title: 'verifies the exact bytes',
    sent: 'JSON with odd white space, escapes and numbers, signed byte for byte',
    why: 'the signature covers the bytes as sent: JSON that was parsed and written again does not verify',
    deliveries: (tools) => ({ body: tools.oddPayload() }),
  }),
  {
    name: 'duplicate',
    required: true,
    title: 'accepts a repeated message',
    sent: 'one message three times, with a new timestamp and signature each time',
    expected: ACCEPTED,
    why: 'Svix delivers at least once: when an answer is lost, the same svix-id arrives again',
    async send({ payload, make, send }) {
      const first = await make({ body: payload() });
      const answers = [await send(first)];
      for (let time = 0; time < 2; time += 1) answers.push(await send(await make({ id: first.id, body: first.body })));
      return answers;
    },
    evaluate(answers: readonly TestAnswer[]) {
      const verdict = expectAccepted(answers);
      const [, second, third] = answers;
      if (!verdict.passed || replyText(second) === replyText(third)) return verdict;
      return { ...verdict, remark: 'it answers each repetition differently: does it repeat the work?' };
    },
  },
  {
    name: 'concurrent-duplicate',
    required: true,
    title: 'accepts a message twice at once',
    sent: 'one message twice at the same time',
    expected: ACCEPTED,
    why: 'a sender that is restarted or overloaded delivers twice at once; neither may fail',
    async send({ payload, make, send }) {
      const delivery = await make({ body: payload() });
      return Promise.all([send(delivery), send(delivery)]);
    },
    evaluate: expectAccepted,
  },
  accepts({
    name: 'two-signatures',
    title: 'accepts one valid signature of two',
    sent: 'two v1 signatures, one of another secret: once the valid one last, once first',
    why: 'while a secret is rotated, the sender signs with the old and the new one for a day, in either order',
    deliveries: (tools) => [
      { body: tools.payload(), signatures: ['foreign', 'own'] },
      { body: tools.payload(), signatures: ['own', 'foreign'] },
    ],
  }),
  accepts({
    name: 'unknown-versions',
    title: 'skips unknown signature versions',
    sent: 'v1a and v9 signatures before the right v1 one',
    why: 'the specification lets a sender add versions, and asks receivers to skip what they do not know',
    deliveries: (tools) => ({
      body: tools.payload(),
      signatures: [{ text: `v1a,${tools.randomBase64(64)}` }, { text: `v9,${tools.randomBase64(32)}` }, 'own'],
    }),
  }),
  accepts({
    name: 'webhook-headers',
    required: false,
    title: 'accepts webhook-* headers',
    sent: 'a signed delivery with webhook-id, webhook-timestamp and webhook-signature',
    why: 'other senders that follow Standard Webhooks use these names; that of OptiPick sends svix-*',
    deliveries: (tools) => ({ body: tools.payload(), headerNames: 'webhook' }),
  }),
  rejects({
    name: 'forged',
    title: 'rejects a forged signature',
    sent: 'a delivery signed with another secret, and one whose signature is wrong in its last letters',
    why: 'anybody who knows the address could send whatever they like',
    deliveries: (tools) => [
      { body: tools.payload(), signatures: ['foreign'] },
      { body: tools.payload(), signatures: ['nearly'] },
    ],
  }),
  rejects({
    name: 'altered-body',
    title: 'rejects an altered body',
    sent: 'a signed delivery, one digit of whose body was changed after signing',
    why: 'somebody between could change what a delivery says',
    deliveries: (tools) => ({ body: tools.payload(), altered: true }),
  }),
  rejects({
    name: 'stale',
    title: 'rejects an old delivery',
    sent: `a delivery signed ${SKEW_SECONDS / 60} minutes ago`,
    why: 'whoever has recorded a delivery could send it again at any time',
    deliveries: (tools) => ({ body: tools.payload(), skewSeconds: -SKEW_SECONDS }),
  }),
  rejects({
    name: 'future',
    title: 'rejects a delivery of the future',
    sent: `a delivery signed for ${SKEW_SECONDS / 60} minutes from now`,
    why: 'it would stay valid for longer than the tolerance allows',
    deliveries: (tools) => ({ body: tools.payload(), skewSeconds: SKEW_SECONDS }),
  }),
  rejects({
    name: 'unsigned',
    title: 'rejects an unsigned request',
    sent: 'the payload alone, with none of the svix-* headers',
    why: 'leaving the headers out must not be a way around the check',
    deliveries: (tools) => ({ body: tools.payload(), headerNames: 'none', signatures: [] }),
  }),
  rejects({
    name: 'missing-signature',
    title: 'rejects a missing signature',
    sent: 'svix-id and svix-timestamp, but no svix-signature',
    why: 'leaving one header out must not be a way around the check, nor an accident (5xx)',
    deliveries: (tools) => ({ body: tools.payload(), signatures: [] }),
  }),
  rejects({
    name: 'malformed-signature',
    title: 'rejects a malformed signature',
    sent: 'a v1 signature that is too short, and an entry without a comma',
    why: 'what cannot be read must be rejected; comparing texts of unequal length makes careless code crash (5xx)',
    deliveries: (tools) => ({ body: tools.payload(), signatures: [{ text: 'v1,c2hvcnQ=' }, { text: 'v1' }] }),
  }),
  {
    name: 'in-time',
    required: true,
    title: 'answers in time',
    sent: 'all of the above',
    expected: 'all in time',
    why: 'Svix waits 15 s; what is answered later counts as failed and is retried',
    evaluate: expectInTime,
  },
  {
    name: 'no-redirect',
    required: true,
    title: 'does not redirect',
    sent: 'all of the above',
    expected: 'no 3xx',
    why: 'Svix does not follow redirects: they count as failed. A slash too many or http for https is the usual cause',
    evaluate: expectNoRedirect,
  },
];

export const CHECK_NAMES: readonly ConformanceName[] = CONFORMANCE_CHECKS.map(({ name }) => name);

interface PlainCheck extends Omit<CheckTexts, 'expected' | 'required'> {
  /** Default true. */
  readonly required?: boolean;
  /** What is sent, one delivery after the other. */
  readonly deliveries: (tools: CheckTools) => TestDeliveryOptions | readonly TestDeliveryOptions[];
}

function accepts({ deliveries, required = true, ...texts }: PlainCheck): SendingCheck {
  return {
    ...texts,
    required,
    expected: ACCEPTED,
    send: (tools) => sendAll(tools, deliveries),
    evaluate: expectAccepted,
  };
}

function rejects({ deliveries, required = true, ...texts }: PlainCheck): SendingCheck {
  return {
    ...texts,
    required,
    expected: REJECTED,
    send: (tools) => sendAll(tools, deliveries),
    evaluate: expectRejected,
  };
}

async function sendAll(tools: CheckTools, deliveries: PlainCheck['deliveries']): Promise<readonly TestAnswer[]> {
  const answers: TestAnswer[] = [];
  for (const options of [deliveries(tools)].flat()) answers.push(await tools.send(await tools.make(options)));
  return answers;
}

function replyText(answer: TestAnswer | undefined): string | undefined {
  return answer?.status === undefined ? undefined : `${answer.status} ${answer.body}`;
}
