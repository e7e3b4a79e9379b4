/** What a correct receiver of signed webhooks does: the table of checks. */
import type { TestAnswer } from './test-answer.ts';
import { PAYLOAD_SHAPES, type PayloadShape } from '../payload.ts';
import {
  ACCEPTED,
  judgeAccepted,
  judgeRedirects,
  judgeRefused,
  judgeTime,
  REFUSED,
  type Verdict,
} from './conformance-judge.ts';
import { type DeliveryWish, SKEW_SECONDS, type TestDelivery } from './test-delivery.ts';

/** What a check works with. Every call of `make` and `wish` is about a new message. */
export interface CheckBench {
  /** A payload of its own, in the shape that was asked for unless another is given. */
  readonly payload: (shape?: PayloadShape) => Uint8Array;
  readonly oddPayload: () => Uint8Array;
  readonly make: (wish: DeliveryWish) => Promise<TestDelivery>;
  readonly send: (delivery: TestDelivery) => Promise<TestAnswer>;
  /** So many random bytes in base64. */
  readonly noise: (bytes: number) => string;
}

interface CheckWords {
  readonly name: string;
  readonly title: string;
  readonly sent: string;
  readonly expected: string;
  readonly why: string;
}

export type ConformanceCheck = CheckWords &
  (
    | {
        send(bench: CheckBench): Promise<readonly TestAnswer[]>;
        judge(answers: readonly TestAnswer[]): Verdict;
      }
    /** Sends nothing: it judges the answers to all that was sent. */
    | { readonly send?: undefined; judge(all: readonly TestAnswer[], timeoutMs: number): Verdict }
  );

/** In this order, one after the other. The first tells whether there is an endpoint at all. */
export const CONFORMANCE_CHECKS: readonly ConformanceCheck[] = [
  accepts({
    name: 'valid',
    title: 'accepts a signed delivery',
    sent: 'a delivery signed with the secret',
    why: 'what is not answered 2xx is sent again for a day, and after five days the endpoint is disabled',
    wish: (bench) => ({ body: bench.payload() }),
  }),
  accepts({
    name: 'id-alone',
    title: 'finds its way with an id alone',
    sent: 'a body that holds request_id and nothing else, then one that names the event type, too',
    why: 'request_id is all that is documented: whether it is of a route or a cluster has to be found by fetching it',
    wish: ({ payload }) => PAYLOAD_SHAPES.map((shape) => ({ body: payload(shape) })),
  }),
  accepts({
    name: 'exact-body',
    title: 'verifies the exact bytes of the body',
    sent: 'JSON with odd white space, escapes and numbers, signed as it stands',
    why: 'the signature covers the bytes as sent: JSON that was parsed and written again does not verify',
    wish: (bench) => ({ body: bench.oddPayload() }),
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
    judge(answers: readonly TestAnswer[]) {
      const verdict = judgeAccepted(answers);
      const [, second, third] = answers;
      if (!verdict.passed || said(second) === said(third)) return verdict;
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
    judge: judgeAccepted,
  },
  accepts({
    name: 'two-signatures',
    title: 'accepts one good signature of several',
    sent: 'two v1 signatures, one of another secret: once the good one last, once first',
    why: 'while a secret is rotated, the sender signs with the old and the new one for a day, in either order',
    wish: (bench) => [
      { body: bench.payload(), signatures: ['foreign', 'own'] },
      { body: bench.payload(), signatures: ['own', 'foreign'] },
    ],
  }),
  accepts({
    name: 'unknown-versions',
    title: 'skips signatures of versions it does not know',
    sent: 'v1a and v9 signatures before the right v1 one',
    why: 'the specification lets a sender add versions, and asks receivers to skip what they do not know',
    wish: (bench) => ({
      body: bench.payload(),
      signatures: [{ text: `v1a,${bench.noise(64)}` }, { text: `v9,${bench.noise(32)}` }, 'own'],
    }),
  }),
  accepts({
    name: 'webhook-headers',
    title: 'accepts webhook-* headers',
    sent: 'a signed delivery with webhook-id, webhook-timestamp and webhook-signature',
    why: 'senders under their own name, and all others that follow Standard Webhooks, use these names',
    wish: (bench) => ({ body: bench.payload(), headerNames: 'webhook' }),
  }),
  refuses({
    name: 'forged',
    title: 'refuses a forged signature',
    sent: 'a delivery signed with another secret, and one whose signature is wrong in its last letters',
    why: 'anybody who knows the address could send whatever they like',
    wish: (bench) => [
      { body: bench.payload(), signatures: ['foreign'] },
      { body: bench.payload(), signatures: ['nearly'] },
    ],
  }),
  refuses({
    name: 'altered-body',
    title: 'refuses an altered body',
    sent: 'a signed delivery, one digit of whose body was changed after signing',
    why: 'somebody between could change what a delivery says',
    wish: (bench) => ({ body: bench.payload(), altered: true }),
  }),
  refuses({
    name: 'stale',
    title: 'refuses an old delivery',
    sent: `a delivery signed ${SKEW_SECONDS / 60} minutes ago`,
    why: 'whoever has recorded a delivery could send it again at any time',
    wish: (bench) => ({ body: bench.payload(), skewSeconds: -SKEW_SECONDS }),
  }),
  refuses({
    name: 'future',
    title: 'refuses a delivery from the future',
    sent: `a delivery signed for ${SKEW_SECONDS / 60} minutes from now`,
    why: 'it would stay valid for longer than the tolerance allows',
    wish: (bench) => ({ body: bench.payload(), skewSeconds: SKEW_SECONDS }),
  }),
  refuses({
    name: 'unsigned',
    title: 'refuses an unsigned request',
    sent: 'the payload alone, with none of the svix-* headers',
    why: 'leaving the headers out must not be a way around the check',
    wish: (bench) => ({ body: bench.payload(), headerNames: 'none', signatures: [] }),
  }),
  refuses({
    name: 'missing-signature',
    title: 'refuses a delivery without signature',
    sent: 'svix-id and svix-timestamp, but no svix-signature',
    why: 'leaving one header out must not be a way around the check, nor an accident (5xx)',
    wish: (bench) => ({ body: bench.payload(), signatures: [] }),
  }),
  refuses({
    name: 'malformed-signature',
    title: 'refuses a malformed signature header',
    sent: 'a v1 signature that is too short, and an entry without a comma',
    why: 'what cannot be read is to be refused; comparing texts of unequal length makes careless code crash (5xx)',
    wish: (bench) => ({ body: bench.payload(), signatures: [{ text: 'v1,c2hvcnQ=' }, { text: 'v1' }] }),
  }),
  {
    name: 'in-time',
    title: 'answers in time',
    sent: 'all of the above',
    expected: 'all in time',
    why: 'Svix waits 15 s; what is answered later counts as failed and comes again. Answer first, work later',
    judge: judgeTime,
  },
  {
    name: 'no-redirect',
    title: 'does not redirect',
    sent: 'all of the above',
    expected: 'no 3xx',
    why: 'Svix does not follow redirects: they count as failed. A slash too many or http for https is the usual cause',
    judge: judgeRedirects,
  },
];

interface PlainCheck extends Omit<CheckWords, 'expected'> {
  /** Several are sent one after the other. */
  readonly wish: (bench: CheckBench) => DeliveryWish | readonly DeliveryWish[];
}

function accepts({ wish, ...words }: PlainCheck): ConformanceCheck {
  return { ...words, expected: ACCEPTED, send: (bench) => sendAll(bench, wish), judge: judgeAccepted };
}

function refuses({ wish, ...words }: PlainCheck): ConformanceCheck {
  return { ...words, expected: REFUSED, send: (bench) => sendAll(bench, wish), judge: judgeRefused };
}

async function sendAll(bench: CheckBench, wish: PlainCheck['wish']): Promise<readonly TestAnswer[]> {
  const answers: TestAnswer[] = [];
  for (const each of [wish(bench)].flat()) answers.push(await bench.send(await bench.make(each)));
  return answers;
}

function said(answer: TestAnswer | undefined): string | undefined {
  return answer?.status === undefined ? undefined : `${answer.status} ${answer.body}`;
}
