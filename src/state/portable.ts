/** What is stored, apart from any engine: how it is exported, and read again. Rows name each other by their ids, not by numbers. */
import * as v from 'valibot';

import { MAX_STORED_ATTEMPTS } from '../limits.ts';
import { historyText, resultText, type StoredRow } from './rows.ts';

const text = v.nullable(v.string());
const time = v.pipe(v.number(), v.safeInteger());
const kind = v.picklist(['route', 'cluster']);

/** Strict, where `Buffer` skips what it does not know. */
const bytes = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): Uint8Array => {
    const decoded = Buffer.from(dataset.value, 'base64');
    if (decoded.toString('base64') === dataset.value) return decoded;
    addIssue({ message: 'is not base64' });
    return NEVER;
  }),
);

const ANSWER = v.object({ at: time, status: time, is_cut: v.boolean(), headers: bytes, body: bytes });

const HISTORY = v.pipe(v.array(v.tuple([time, v.string()])), v.maxLength(MAX_STORED_ATTEMPTS));

const RESULT = v.object({
  siteName: v.optional(v.string()),
  waveId: v.optional(v.string()),
  asis: v.optional(v.number()),
  optimal: v.optional(v.number()),
  unit: v.optional(v.string()),
  failed: v.optional(v.boolean()),
});

const STEP = v.object({
  step: v.string(),
  state: v.picklist(['pending', 'done', 'failed', 'discarded']),
  attempts: v.pipe(time, v.minValue(0), v.maxValue(2 ** 31 - 1)),
  next_attempt_at: time,
  settled_at: time,
  owner: text,
  lease_until: time,
  last_error: text,
  // Older exports have neither.
  history: v.optional(v.nullable(HISTORY), null),
  result: v.optional(v.nullable(RESULT), null),
  answer: v.nullable(ANSWER),
});

const DELIVERY = v.object({
  type: v.literal('delivery'),
  id: v.string(),
  scope: v.string(),
  received_at: time,
  verified: v.boolean(),
  kind: text,
  event: text,
  request_id: text,
  headers: bytes,
  body: bytes,
  steps: v.array(STEP),
});

const SUBMISSION = v.object({
  type: v.literal('submission'),
  base_url: v.string(),
  request_id: v.string(),
  kind,
  site_name: text,
  wave_id: text,
  profile: v.string(),
  submitted_at: time,
  state: v.picklist(['pending', 'done', 'failed']),
  settled_at: v.nullable(time),
});

const POSTING = v.object({
  type: v.literal('posting'),
  base_url: v.string(),
  kind,
  digest: v.string(),
  name: v.string(),
  started_at: time,
  answered_at: v.nullable(time),
  request_id: text,
});

const RELAY_TOKEN = v.object({
  type: v.literal('relay_token'),
  profile: v.string(),
  relay: v.string(),
  token: v.string(),
});

const ROW = v.variant('type', [DELIVERY, SUBMISSION, POSTING, RELAY_TOKEN]);

/** A delivery with what it owes, and what the targets of its steps answered last. */
export type PortableDelivery = v.InferOutput<typeof DELIVERY>;
export type PortableStep = v.InferOutput<typeof STEP>;
export type PortableSubmission = v.InferOutput<typeof SUBMISSION>;
export type PortablePosting = v.InferOutput<typeof POSTING>;
export type PortableToken = v.InferOutput<typeof RELAY_TOKEN>;
export type PortableRow = PortableDelivery | PortableSubmission | PortablePosting | PortableToken;

export type PortableType = PortableRow['type'];

/** In the order in which they are exported. */
export const PORTABLE_TYPES = ['delivery', 'submission', 'posting', 'relay_token'] as const satisfies PortableType[];

type StepRecords = Pick<PortableStep, 'history' | 'result'>;

/** From the columns of the table `steps` that hold JSON. */
export function recordsOf(row: StoredRow): StepRecords {
  return { history: jsonIn(row['history']), result: jsonIn(row['result']) } as StepRecords;
}

function jsonIn(value: StoredRow[string] | undefined): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null;
}

/** What these columns hold. */
export function recordTexts({ history, result }: StepRecords): [history: string | null, result: string | null] {
  return [history && historyText(history), result && resultText(result)];
}

/** A state that rows can be added to. */
export interface PortableTarget {
  /**
   * Stores rows of one type in their order, all or none of them, but for those that are there already. Returns how many were new.
   * Rejects with `CliError` `environment`.
   */
  add(rows: readonly PortableRow[]): Promise<number>;
}

const HEAD = v.object({ v: v.literal(1), type: v.literal('optipick-state'), secrets: v.boolean() });

/** The first line of an export. */
export function portableHead(secrets: boolean): string {
  return JSON.stringify({ v: 1, type: 'optipick-state', secrets } satisfies v.InferInput<typeof HEAD>);
}

/** Whether a line is the first one of an export that this program can read. */
export function isPortableHead(line: string): boolean {
  return v.is(HEAD, jsonOf(line));
}

export function portableLine(row: PortableRow): string {
  if (row.type !== 'delivery') return JSON.stringify(row);
  const steps = row.steps.map((step) => ({ ...step, answer: step.answer && encoded(step.answer) }));
  return JSON.stringify({ ...encoded(row), steps });
}

function encoded<T extends { readonly headers: Uint8Array; readonly body: Uint8Array }>(row: T) {
  return { ...row, headers: base64(row.headers), body: base64(row.body) };
}

/** A further line; the text says what is wrong with it: `steps.0.state is not ...`. */
export function parsePortableLine(line: string): PortableRow | string {
  const { output, issues, success } = v.safeParse(ROW, jsonOf(line), { abortEarly: true });
  if (success) return output;
  const [issue] = issues;
  const path = v.getDotPath(issue);
  return path === null ? 'it is no line of an export' : `${path} is not as it is exported`;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function base64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

/** Rows of one type in a piece that is stored at once, as they come. */
export async function* inPieces(
  rows: AsyncIterable<PortableRow>,
  { most, mostBytes }: { readonly most: number; readonly mostBytes: number },
): AsyncGenerator<readonly PortableRow[], void> {
  let piece: PortableRow[] = [];
  let size = 0;
  for await (const row of rows) {
    const bytes = sizeOf(row);
    if (piece.length > 0 && (piece.length >= most || size + bytes > mostBytes || piece[0]?.type !== row.type)) {
      yield piece;
      [piece, size] = [[], 0];
    }
    piece.push(row);
    size += bytes;
  }
  if (piece.length > 0) yield piece;
}

function sizeOf(row: PortableRow): number {
  if (row.type !== 'delivery') return 0;
  const answers = row.steps.map(({ answer }) => answer?.body.byteLength ?? 0);
  return row.body.byteLength + answers.reduce((sum, length) => sum + length, 0);
}
