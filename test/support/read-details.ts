import type { AnswerDetails } from '../../src/answers/details.ts';
import { createDetailsReader } from '../../src/answers/reader.ts';

/** The details of an answer that is in memory whole; `undefined` when it is no object. */
export function readDetails(bytes: Uint8Array): AnswerDetails | undefined {
  const reader = createDetailsReader();
  reader.push(bytes);
  return reader.end();
}
