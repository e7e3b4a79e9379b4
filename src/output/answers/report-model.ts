/** What reports are made of: an answer with all that is known about it. */
import type { AnswerDetails } from '../../answers/details.ts';
import type { Finding } from '../../answers/audit/finding.ts';
import type { Kind } from '../../kinds.ts';
import type { RequestDetails } from '../../requests/details.ts';

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

/** An answer with what is known about it; its name is its id unless more is known. */
export function reportEntry(
  { kind, requestId }: Pick<ReportEntry, 'kind' | 'requestId'>,
  details: AnswerDetails,
  known?: Partial<Pick<ReportEntry, 'name' | 'request' | 'findings' | 'gates'>>,
): ReportEntry {
  const { name = requestId, request, findings = [], gates = [] } = known ?? {};
  return { name, kind, requestId, details, request, findings, gates };
}

/** A request of several that got no answer. */
export interface Unanswered {
  readonly name: string;
  readonly requestId: string | undefined;
  /** Why. */
  readonly problem: string;
}

/** A document about one answer or many. Of many only what it will show is kept, so that a thousand of them fit in memory. */
export interface Report {
  /**
   * `index`: the place in the report, from 0; in any order, each once. `callerRows`: what the caller's own table says of
   * the picks, for reports that give it back.
   */
  add(index: number, entry: ReportEntry, callerRows?: readonly ReportRow[]): void;
  addUnanswered(index: number, unanswered: Unanswered, callerRows?: readonly ReportRow[]): void;
  /** The whole document in pieces, once, at the end. */
  render(): Iterable<string>;
}
