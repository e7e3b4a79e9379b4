/** Checks an answer against its request: the audit, always, and the gates that were asked for. */
import type { Context } from '../../context/context.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { auditAnswer } from '../../answers/audit/audit.ts';
import { FINDING_CHECKS, FINDING_CLASSES, type Finding } from '../../answers/audit/finding.ts';
import { judgeGate, parseGate, type GateVerdict } from '../../answers/gates/gates.ts';
import { classifyAnswer, reasonOf } from '../../answers/job-state.ts';
import type { Kind } from '../../kinds.ts';
import { readRequestDetails, type RequestDetails } from '../../requests/details.ts';
import { CliError } from '../../errors.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { renderJunit, type JunitCase, type JunitSuite } from '../../lib/text/junit.ts';
import { type Report, reportEntry } from '../../output/answers/report-model.ts';
import { writeOutput } from '../shared/output-file.ts';
import type { SubmitOptions } from './flags.ts';
import { appendGithubSummary, refuseNoGithubSummary } from './github-summary.ts';

/** The case of a request that has no result. */
const ANSWERED = 'the request is answered';

export interface Assessment {
  readonly request: RequestDetails | undefined;
  readonly findings: readonly Finding[];
  readonly gates: readonly GateVerdict[];
}

export type QualityGates = Awaited<ReturnType<typeof openQualityGates>>;

/** Throws `CliError` `usage` for a gate that cannot be read, and where there is no place for the summary. */
export async function openQualityGates(
  context: Context,
  kind: Kind,
  { expressions, strict, junit, githubSummary }: SubmitOptions['gates'],
) {
  const { output, host } = context;
  if (githubSummary) await refuseNoGithubSummary(host);
  const gates = expressions.map((text) => parseGate(text, kind));
  /** By the place of the request in the input, not in the order in which they end. */
  const suites: JunitSuite[] = [];
  const places = new Map<SetEntry, number>();
  const place = (entry: SetEntry): number => places.get(entry) ?? places.size;
  let summary: Report | undefined;
  return {
    /** Loads what the reports need; once, before the first answer. The reports have the order of `entries`. */
    async prepare(entries: readonly SetEntry[], rates: WalkingRates | undefined): Promise<void> {
      for (const [index, entry] of entries.entries()) places.set(entry, index);
      if (!githubSummary) return;
      const { createMarkdownReport } = await import('../../output/markdown/report.ts');
      summary = createMarkdownReport({ total: entries.length, rates });
    },
    async assess(entry: SetEntry, details: AnswerDetails | undefined): Promise<Assessment> {
      if (details === undefined) return { request: undefined, findings: [], gates: [] };
      const request = readRequestDetails(await entry.body(), await context.redaction());
      const findings = auditAnswer(kind, request, details);
      const verdicts = gates.map((gate) => judgeGate(gate, details, findings));
      if (junit !== undefined) suites[place(entry)] = suiteOf(entry.name, details, findings, verdicts);
      const { requestId = '' } = details.summary;
      const known = { name: entry.name, request, findings, gates: verdicts };
      summary?.add(place(entry), reportEntry({ kind, requestId }, details, known));
      return { request, findings, gates: verdicts };
    },
    /** Warns of the findings, and returns exit 3 for what must not pass. `name`: which of several requests it is about. */
    async report({ findings, gates: verdicts }: Assessment, name: string | undefined): Promise<readonly CliError[]> {
      const about = name === undefined ? '' : `${name}: `;
      for (const finding of findings) await output.warn(`${about}${findingText(finding)}`);
      const failures = verdicts
        .filter(({ tripped }) => tripped)
        .map(
          ({ expression, reason }) =>
            new CliError('failed', `${about}the gate ${expression} tripped: ${reason}`, { code: 'gate_tripped' }),
        );
      if (!strict || findings.length === 0) return failures;
      const count = findings.length === 1 ? 'one finding' : `${findings.length} findings`;
      const audit = new CliError('failed', `${about}the answer fails the audit: ${count}`, {
        code: 'audit_failed',
        hint: 'the warnings above say what; without --strict they are only warnings',
      });
      return [...failures, audit];
    },
    /** Adds a request that got no answer to the reports. */
    addUnanswered(entry: SetEntry, error: CliError): void {
      const { message, requestId } = error;
      summary?.addUnanswered(place(entry), { name: entry.name, requestId, problem: message });
      if (junit === undefined) return;
      const failure = { message: error.message, text: error.hint ?? error.message };
      suites[place(entry)] = { name: entry.name, cases: [{ name: ANSWERED, classname: entry.name, failure }] };
    },
    /** Writes the reports that were asked for. Throws `CliError` `environment`. */
    async writeReports(): Promise<void> {
      if (junit !== undefined)
        await writeOutput(host, junit, renderJunit(suites.filter((suite) => suite !== undefined)));
      if (summary !== undefined) await appendGithubSummary(host, [...summary.render()].join(''));
    },
  };
}

/** One line: `2 picks of the request are missing from the answer (p1, p2)`. */
function findingText({ message, count, examples }: Finding): string {
  const more = count > examples.length ? ', …' : '';
  return cleanText(examples.length === 0 ? message : `${message} (${examples.join(', ')}${more})`);
}

/** A case for each gate and each class of findings; of a failed job, a failed case, and the audit skipped. */
function suiteOf(
  name: string,
  { summary }: AnswerDetails,
  findings: readonly Finding[],
  gates: readonly GateVerdict[],
): JunitSuite {
  const failed = classifyAnswer(200, summary) === 'failed';
  const why = `the job failed: ${reasonOf(summary) ?? summary.status ?? 'the API gave no reason'}`;
  const jobCase: JunitCase = { name: ANSWERED, classname: name, failure: { message: why, text: why } };
  const found = new Map(findings.map((finding) => [finding.class, finding]));
  const gateCases = gates.map(({ expression, tripped, reason }): JunitCase => ({
    name: `not ${expression}`,
    classname: `${name}.gates`,
    failure: tripped ? { message: reason, text: reason } : undefined,
  }));
  const auditCases = FINDING_CLASSES.map((each): JunitCase => {
    const finding = found.get(each);
    const failure = finding && { message: finding.message, text: finding.examples.join('\n') };
    const skipped = failed ? 'the job failed' : undefined;
    return { name: FINDING_CHECKS[each].check, classname: `${name}.audit`, failure, skipped };
  });
  return { name, cases: [...(failed ? [jobCase] : []), ...gateCases, ...auditCases] };
}
