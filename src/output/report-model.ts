/** What reports are made of: an answer with all that is known about it. */
import type { AnswerDetails } from '../domain/answer-details.ts';
import type { Finding } from '../domain/finding.ts';
import type { Kind } from '../domain/kinds.ts';
import type { RequestDetails } from '../domain/request-details.ts';

/** One of the caller's rows; see `RequestSet` of the input. */
export interface ReportRow {
  readonly pickId: string;
  readonly cells: readonly string[];
}

export interface ReportEntry {
  /** The wave, or what the request is called. */
  readonly name: string;
  readonly kind: Kind;
  readonly requestId: string;
  readonly details: AnswerDetails;
  /** `undefined` when the request is not known: an answer that was asked for by its id. */
  readonly request: RequestDetails | undefined;
  readonly findings: readonly Finding[];
  readonly gates: readonly { readonly expression: string; readonly tripped: boolean; readonly reason: string }[];
}
