/** The work of `optipick trigger --suite`. */
import type { Context } from '../../context/context.ts';
import { type ConformanceReport, failedChecks } from '../../webhooks/testing/conformance-report.ts';
import { KINDS } from '../../kinds.ts';
import { CliError } from '../../errors.ts';
import {
  conformanceJson,
  conformanceJunit,
  deadTargetJunit,
  renderConformanceMarkdown,
} from '../../output/webhooks/conformance-document.ts';
import { renderConformance } from '../../output/webhooks/conformance-table.ts';
import { renderJunit } from '../../lib/text/junit.ts';
import { isInActions } from '../../lib/text/workflow-commands.ts';
import { createProgress } from '../../output/terminal/progress.ts';
import { runConformance } from '../../webhooks/testing/conformance.ts';
import { createDeliveryMaker } from '../../webhooks/testing/test-delivery.ts';
import { fixesFor } from '../../webhooks/frameworks/fixes.ts';
import type { SuitePlan } from './flags.ts';
import { refuseUnwritable, writeOutput } from '../shared/output-file.ts';
import { createEndpointRedaction, webhookSecrets, type SecretsInForce } from '../shared/webhook-secrets.ts';

/** Prints the report. Throws `CliError` `failed` when a check failed, and `unavailable` when the target does not answer. */
export async function runSuite(context: Context, plan: SuitePlan): Promise<void> {
  const { host } = context;
  const { target, junit } = plan;
  const signing = await webhookSecrets(context, plan.secretFile, 'to sign with');
  if (junit !== undefined) await refuseUnwritable(host, junit);
  const report = await runWithProgress(context, signing, plan).catch(async (error: unknown) => {
    // A report of an earlier run must not speak for this one.
    if (junit !== undefined && error instanceof CliError && error.code === 'target_dead') {
      const failure = { message: error.message, text: error.hint ?? error.message };
      await writeOutput(host, junit, renderJunit(deadTargetJunit(target.shown, failure)));
    }
    throw error;
  });
  if (junit !== undefined) await writeOutput(host, junit, renderJunit(conformanceJunit(report)));
  await print(context, report, plan);
  if (isInActions(host.env)) await annotate(context, report);
  const failed = failedChecks(report);
  if (failed.length === 0) return;
  const names = failed.map(({ name }) => name).join(', ');
  throw new CliError('failed', `${failed.length} of ${report.results.length} checks failed: ${names}`, {
    code: 'suite_failed',
  });
}

async function runWithProgress(
  context: Context,
  signing: SecretsInForce,
  { target, checks, event = KINDS.route.event, payloadShape, requestId, timeoutMs }: SuitePlan,
): Promise<ConformanceReport> {
  const { host, output, stop, options } = context;
  const randomBytes = (size: number): Uint8Array => host.randomBytes(size);
  // A log of a line for each check would say less than the table that follows.
  const visible = host.stderr.isTTY && !output.json;
  const progress = createProgress({
    terminal: host.terminal,
    stderr: host.stderr,
    clock: host.clock,
    isTTY: host.stderr.isTTY,
    quiet: (options.quiet ?? false) || !visible,
    ci: (host.env['CI'] ?? '') !== '',
  });
  try {
    return await runConformance({
      http: await host.http(),
      clock: host.clock,
      redact: await createEndpointRedaction(context, target, signing),
      randomBytes,
      make: createDeliveryMaker({
        secrets: signing.secrets,
        clock: host.clock,
        randomBytes,
        marked: requestId === undefined,
      }),
      target,
      checks,
      event,
      payloadShape,
      requestId,
      timeoutMs,
      stop,
      onCheck: (title, number, of) => progress.show(`${number}/${of} ${title}`),
    });
  } finally {
    await progress.stop();
  }
}

/** On stderr, which Actions reads as well: stdout may be a document in a file. */
async function annotate({ host }: Context, report: ConformanceReport): Promise<void> {
  const { conformanceAnnotations } = await import('../../output/webhooks/conformance-annotations.ts');
  const text = conformanceAnnotations(report).map((line) => `${line}\n`);
  // As bytes: a workflow command in a text is none.
  await host.stderr.write(new TextEncoder().encode(text.join('')));
}

async function print({ output }: Context, report: ConformanceReport, plan: SuitePlan): Promise<void> {
  const { markdown, verbose, frameworks } = plan;
  const fixes = frameworks && (await fixesFor(frameworks));
  if (output.json) {
    await output.record(conformanceJson(report, fixes));
  } else if (markdown) {
    await output.lines(Array.from(renderConformanceMarkdown(report, fixes), ({ text }) => text));
  } else {
    const { width } = output;
    await output.lines(renderConformance(report, { width, style: await output.style(), verbose, fixes }));
  }
}
