/** What a correct receiver of signed webhooks does: the table of checks. */
import type { TestAnswer } from './test-answer.ts';
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
  readonly name: string;
  /** What a correct receiver does: `refuses an old delivery`. */
  readonly title: string;
  /** One line each: what was sent, what should have come back, and why that matters. */
  readonly sent: string;
  readonly expected: string;
  readonly why: string;
}

export type ConformanceCheck = CheckTexts &
  (
    | {
        send(tools: CheckTools): Promise<readonly TestAnswer[]>;
        evaluate(answers: readonly TestAnswer[]): Verdict;
      }
    /** Sends nothing: evaluates the answers to all deliveries of the suite. */
    | { readonly send?: undefined; evaluate(all: readonly TestAnswer[], timeoutMs: number): Verdict }
  );

/** They run one after the other. The first shows whether there is an endpoint at all. */
export const CONFORMANCE_CHECKS: readonly ConformanceCheck[] = [
  accepts({
    name: 'valid',
    title: 'accepts a signed delivery',
    sent: 'a delivery signed with the secret',
    why: 'what is not answered 2xx is sent again for a day, and after five days the endpoint is disabled',
    deliveries: (tools) => ({ body: tools.payload() }),
  }),
  accepts({
    name: 'id-alone',
    title: 'finds its way with an id alone',
    sent: 'a body that holds request_id and nothing else, then one that names the event type, too',
    why: 'request_id is all that is documented: whether it is of a route or a cluster has to be found by fetching it',
    deliveries: ({ payload }) => PAYLOAD_SHAPES.map((shape) => ({ body: payload(shape) })),
  }),
  accepts({
    name: 'exact-body',
    title: 'verifies the exact bytes of the body',
    sent: 'JSON with odd white space, escapes and numbers, signed byte for byte',
    why: 'the signature covers the bytes as sent: JSON that was parsed and written again does not verify',
    deliveries: (tools) => ({ body: tools.oddPayload() }),
  }),
  {
    name: 'duplicate',
    title: 'accepts a message that comes again',
    sent: 'one message three times, each time with a new timestamp and signature',
    expected: ACCEPTED,
    why: 'Svix delivers at least once: an answer that is lost on the way brings the same svix-id again',
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
      return { ...verdict, remark: 'it answers each repetition differently: look whether it does the work again' };
    },
  },
  {
    name: 'concurrent-duplicate',
    title: 'accepts a message that comes twice at once',
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
    title: 'accepts one good signature of several',
    sent: 'two v1 signatures, one of another secret: once the good one last, once first',
    why: 'while a secret is rotated, the sender signs with the old and the new one for a day, in either order',
    deliveries: (tools) => [
      { body: tools.payload(), signatures: ['foreign', 'own'] },
      { body: tools.payload(), signatures: ['own', 'foreign'] },
    ],
  }),
  accepts({
    name: 'unknown-versions',
    title: 'skips signatures of versions it does not know',
    sent: 'v1a and v9 signatures before the right v1 one',
    why: 'the specification lets a sender add versions, and asks receivers to skip what they do not know',
    deliveries: (tools) => ({
      body: tools.payload(),
      signatures: [{ text: `v1a,${tools.randomBase64(64)}` }, { text: `v9,${tools.randomBase64(32)}` }, 'own'],
    }),
  }),
  accepts({
    name: 'webhook-headers',
    title: 'accepts webhook-* headers',
    sent: 'a signed delivery with webhook-id, webhook-timestamp and webhook-signature',
    why: 'senders under their own name, and all others that follow Standard Webhooks, use these names',
    deliveries: (tools) => ({ body: tools.payload(), headerNames: 'webhook' }),
  }),
  rejects({
    name: 'forged',
    title: 'refuses a forged signature',
    sent: 'a delivery signed with another secret, and one whose signature is wrong in its last letters',
    why: 'anybody who knows the address could send whatever they like',
    deliveries: (tools) => [
      { body: tools.payload(), signatures: ['foreign'] },
      { body: tools.payload(), signatures: ['nearly'] },
    ],
  }),
  rejects({
    name: 'altered-body',
    title: 'refuses an altered body',
    sent: 'a signed delivery, one digit of whose body was changed after signing',
    why: 'somebody between could change what a delivery says',
    deliveries: (tools) => ({ body: tools.payload(), altered: true }),
  }),
  rejects({
    name: 'stale',
    title: 'refuses an old delivery',
    sent: `a delivery signed ${SKEW_SECONDS / 60} minutes ago`,
    why: 'whoever has recorded a delivery could send it again at any time',
    deliveries: (tools) => ({ body: tools.payload(), skewSeconds: -SKEW_SECONDS }),
  }),
  rejects({
    name: 'future',
    title: 'refuses a delivery from the future',
    sent: `a delivery signed for ${SKEW_SECONDS / 60} minutes from now`,
    why: 'it would stay valid for longer than the tolerance allows',
    deliveries: (tools) => ({ body: tools.payload(), skewSeconds: SKEW_SECONDS }),
  }),
  rejects({
    name: 'unsigned',
    title: 'refuses an unsigned request',
    sent: 'the payload alone, with none of the svix-* headers',
    why: 'leaving the headers out must not be a way around the check',
    deliveries: (tools) => ({ body: tools.payload(), headerNames: 'none', signatures: [] }),
  }),
  rejects({
    name: 'missing-signature',
    title: 'refuses a delivery without signature',
    sent: 'svix-id and svix-timestamp, but no svix-signature',
    why: 'leaving one header out must not be a way around the check, nor an accident (5xx)',
    deliveries: (tools) => ({ body: tools.payload(), signatures: [] }),
  }),
  rejects({
    name: 'malformed-signature',
    title: 'refuses a malformed signature header',
    sent: 'a v1 signature that is too short, and an entry without a comma',
    why: 'what cannot be read is to be refused; comparing texts of unequal length makes careless code crash (5xx)',
    deliveries: (tools) => ({ body: tools.payload(), signatures: [{ text: 'v1,c2hvcnQ=' }, { text: 'v1' }] }),
  }),
  {
    name: 'in-time',
    title: 'answers in time',
    sent: 'all of the above',
    expected: 'all in time',
    why: 'Svix waits 15 s; what is answered later counts as failed and comes again. Answer first, work later',
    evaluate: expectInTime,
  },
  {
    name: 'no-redirect',
    title: 'does not redirect',
    sent: 'all of the above',
    expected: 'no 3xx',
    why: 'Svix does not follow redirects: they count as failed. A slash too many or http for https is the usual cause',
    evaluate: expectNoRedirect,
  },
];

interface PlainCheck extends Omit<CheckTexts, 'expected'> {
  /** What is sent, one delivery after the other. */
  readonly deliveries: (tools: CheckTools) => TestDeliveryOptions | readonly TestDeliveryOptions[];
}

function accepts({ deliveries, ...texts }: PlainCheck): ConformanceCheck {
  return { ...texts, expected: ACCEPTED, send: (tools) => sendAll(tools, deliveries), evaluate: expectAccepted };
}

function rejects({ deliveries, ...texts }: PlainCheck): ConformanceCheck {
  return { ...texts, expected: REJECTED, send: (tools) => sendAll(tools, deliveries), evaluate: expectRejected };
}

async function sendAll(tools: CheckTools, deliveries: PlainCheck['deliveries']): Promise<readonly TestAnswer[]> {
  const answers: TestAnswer[] = [];
  for (const options of [deliveries(tools)].flat()) answers.push(await tools.send(await tools.make(options)));
  return answers;
}

function replyText(answer: TestAnswer | undefined): string | undefined {
  return answer?.status === undefined ? undefined : `${answer.status} ${answer.body}`;
}
