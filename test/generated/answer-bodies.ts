/** Bodies that an API may answer with, each with what a reader of the documentation takes it for. */
export interface Random {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  chance(share: number): boolean;
  one<T>(list: readonly T[]): T;
}

/** Mulberry32: small, and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (share) => next() < share,
    one: (list) => {
      const chosen = list[Math.floor(next() * list.length)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
  };
}

export interface Body {
  readonly name: string;
  readonly text: string;
  /** Under a 2xx: what it says of the job. `damaged`: nothing that can be understood. */
  readonly job: 'done' | 'failed' | 'pending' | 'damaged' | 'page';
  /** The status word of a pending job, the reason of a failed one. */
  readonly word?: string | undefined;
  /** The id that an answer to a POST names. */
  readonly id?: string | undefined;
  /** Under an error status: whether it is about the job, and the words and code of it. */
  readonly isJobError?: boolean;
  readonly words: string;
  readonly code?: string | undefined;
}

const DONE_WORDS = ['FINISHED', 'Completed', 'complete', 'done', 'SUCCESS', 'Succeeded'];
const FAILED_WORDS = ['FAILED', 'error', 'Cancelled', 'CANCELED', 'timeout', 'TIMED_OUT', 'timed out'];
const OTHER_WORDS = ['RUNNING', 'queued', 'Marinating', 'accepted', 'NOT_DONE'];

type Make = (id: string, random: Random) => Body;

const json = (value: unknown, random: Random): string => {
  const text = JSON.stringify(value, null, random.chance(0.2) ? 2 : undefined);
  return `${random.chance(0.1) ? '\ufeff' : ''}${random.chance(0.2) ? ' \r\n' : ''}${text}${random.chance(0.2) ? '\n\n' : ''}`;
};

/** What nobody documents and everybody has to bear. */
const extras = (random: Random): Record<string, unknown> => ({
  ...(random.chance(0.3) ? { extra: { run: random.below(1e9), nothing: null, list: [1, 'a', {}] } } : {}),
  ...(random.chance(0.1) ? { filler: 'x'.repeat(random.below(100_000)) } : {}),
  ...(random.chance(0.1) ? { note: 'ünïcödé \u2028 \u{1f4e6} "quoted" \\' } : {}),
});

const bodies: readonly (readonly [weight: number, make: Make])[] = [
  [
    6,
    (id, random) => {
      const result = random.one([{ optimal_clusters: [] }, { picks: [] }, { computation_time: random.below(9) + 0.5 }]);
      const status = random.chance(0.3) ? { status: random.one([...DONE_WORDS, ...OTHER_WORDS]) } : {};
      const error = random.chance(0.3) ? { error: random.one([null, '']) } : {};
      const value = { request_id: id, ...error, ...extras(random), ...result, ...status };
      return { name: 'result', text: json(value, random), job: 'done', id, words: '' };
    },
  ],
  [
    2,
    (id, random) => {
      const text = json({ ...extras(random), status: random.one(DONE_WORDS), request_id: id }, random);
      return { name: 'word of success', text, job: 'done', id, words: '' };
    },
  ],
  [
    2,
    (id, random) => {
      const word = random.one(FAILED_WORDS);
      const text = json({ request_id: id, status: word, ...extras(random) }, random);
      return { name: 'word of failure', text, job: 'failed', word, id, words: '' };
    },
  ],
  [
    2,
    (id, random) => {
      const word = random.one(OTHER_WORDS);
      const text = json({ request_id: id, status: word, ...extras(random) }, random);
      return { name: 'other word', text, job: 'pending', word, id, words: '' };
    },
  ],
  [
    2,
    (_id, random) => {
      const text = json({ error: 'no route to Z99', ...extras(random) }, random);
      const words = 'no route to Z99';
      return { name: 'error field', text, job: 'failed', word: words, isJobError: true, words };
    },
  ],
  [
    2,
    (id, random) => {
      const key = random.one(['request_id', 'id', '_id']);
      return { name: `object with ${key}`, text: json({ [key]: id }, random), job: 'pending', id, words: '' };
    },
  ],
  [1, (id) => ({ name: 'quoted id', text: `"${id}"`, job: 'pending', id, words: id })],
  // A JSON document needs quotes around it: as an answer about a job it is a bare word that begins with a digit, or none.
  [1, (id) => ({ name: 'bare id', text: id, job: /^[a-f]/.test(id) ? 'pending' : 'damaged', word: id, id, words: id })],
  [1, () => ({ name: 'empty object', text: '{}', job: 'pending', words: '' })],
  [1, () => ({ name: 'empty list', text: '[]', job: 'pending', words: '' })],
  [1, () => ({ name: 'null', text: 'null', job: 'pending', words: '' })],
  [1, () => ({ name: 'nothing', text: '', job: 'pending', words: '' })],
  [1, () => ({ name: 'bare word', text: 'IN PROGRESS', job: 'pending', word: 'IN PROGRESS', words: 'IN PROGRESS' })],
  [1, () => ({ name: 'crash', text: 'Oops: a crash!', job: 'damaged', words: 'Oops: a crash!' })],
  [
    3,
    (_id, random) => {
      const start = random.one([
        '<!doctype html>',
        '<html lang="en">',
        '\n<!-- proxy -->\n<HTML>',
        '\ufeff<!DOCTYPE HTML>',
      ]);
      const text = `${start}<head><title>Log in</title></head><body>${'x'.repeat(random.below(3000))}</body>`;
      return { name: 'page', text, job: 'page', words: 'Log in' };
    },
  ],
  [
    2,
    (_id, random) => {
      const detail = [{ loc: ['body', 'picks', 3, 'location_id'], msg: 'Field required', type: 'missing' }];
      const words = '/picks/3/location_id: Field required';
      return { name: 'detail list', text: json({ detail }, random), job: 'pending', isJobError: true, words };
    },
  ],
  [
    1,
    (_id, random) => {
      const detail = [{ loc: ['path', 'request_id'], msg: 'not an ObjectId' }];
      const words = 'path parameter request_id: not an ObjectId';
      return { name: 'detail about the id', text: json({ detail }, random), job: 'pending', words };
    },
  ],
  [
    2,
    (_id, random) => {
      const words = 'Location Z99 not found';
      return { name: 'detail', text: json({ detail: words }, random), job: 'pending', isJobError: true, words };
    },
  ],
  [
    2,
    (_id, random) => {
      const message = random.chance(0.5) ? { message: 'no site X' } : {};
      const text = json({ code: 'SITE_NOT_FOUND', params: { site: 'X' }, ...message }, random);
      const words = 'message' in message ? 'no site X' : 'SITE_NOT_FOUND';
      return { name: 'code', text, job: 'pending', words, code: 'SITE_NOT_FOUND' };
    },
  ],
  [1, (_id, random) => ({ name: 'message', text: json({ message: 'No' }, random), job: 'pending', words: 'No' })],
  [
    2,
    (id) => {
      const text = `{"request_id":"${id}","optimal_clusters":[`;
      return { name: 'half a document', text, job: 'damaged', words: text };
    },
  ],
];

const lots = bodies.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));

export function drawBody(id: string, random: Random): Body {
  return random.one(lots)(id, random);
}
