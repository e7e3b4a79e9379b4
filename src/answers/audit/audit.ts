/** Holds an answer against the request that it answers. */
import type { AnswerDetails } from '../details.ts';
import { auditClusters } from './clusters.ts';
import { auditDistances } from './distances.ts';
import { auditPicks } from './picks.ts';
import { auditSequence } from './sequence.ts';
import { createFindingList, type Finding, type FindingList } from './finding.ts';
import { classifyAnswer } from '../job-state.ts';
import type { Kind } from '../../kinds.ts';
import { matchPicks } from './pick-match.ts';
import type { RequestDetails } from '../../requests/details.ts';

/**
 * What is wrong with an answer, in the order of `FINDING_CLASSES`, at most one finding a class; empty when all is well.
 * What is not certain is no finding, and what follows from another finding is not repeated (a missing pick
 * leaves a hole in `optim_sequence`). A job that failed or is not finished has no findings: its state is reported elsewhere.
 * Never throws.
 */
export function auditAnswer(kind: Kind, request: RequestDetails, answer: AnswerDetails): readonly Finding[] {
  if (classifyAnswer(200, answer.summary) !== 'done') return [];
  const found = createFindingList();
  if (answer.summary.kind !== undefined && answer.summary.kind !== kind) {
    found.add('wrong_kind', `asked for a ${kind}, answered with a ${answer.summary.kind}`);
    return found.findings();
  }
  auditHead(request, answer, found);
  const match = matchPicks(kind, request, answer);
  auditPicks(kind, request, match, found);
  if (kind === 'route') auditSequence(match, found);
  else auditClusters(request, answer, match, found);
  auditDistances(request, answer, match, found);
  return found.findings();
}

/** Only what both of them name. */
function auditHead({ siteName, waveId }: RequestDetails, { summary }: AnswerDetails, found: FindingList): void {
  const differ = (sent: string | undefined, answered: string | undefined): boolean =>
    sent !== undefined && answered !== undefined && sent !== answered;
  if (differ(siteName, summary.siteName)) found.add('wrong_site', `sent ${siteName}, answered ${summary.siteName}`);
  if (differ(waveId, summary.waveId)) found.add('wrong_wave', `sent ${waveId}, answered ${summary.waveId}`);
}
