/** The work of `optipick trigger --suite`. */
import type { Context } from '../../app/context.ts';
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
import { createProgress } from '../../output/terminal/progress.ts';
import { runConformance } from '../../webhooks/testing/conformance.ts';
import { createDeliveryMaker } from '../../webhooks/testing/test-delivery.ts';
import type { TestTarget } from '../../webhooks/testing/test-target.ts';
import type { TriggerFlags } from './command.ts';
import { refuseUnwritable, writeOutput } from '../shared/output-file.ts';
import { createEndpointRedaction, webhookSecrets, type SecretsInForce } from '../shared/webhook-secrets.ts';

/** Throws `CliError` after the report is shown: `failed` when a check failed; before it `unavailable` for a dead target. */
export async function runSuite(
  context: Context,
  target: TestTarget,
  event: string | undefined,
  flags: TriggerFlags,
): Promise<void> {
  const signing = await webhookSecrets(context, flags.secretFile, 'to sign with');
  const { host } = context;
  const { junit } = flags;
  if (junit !== undefined) await refuseUnwritable(host, junit);
  const report = await underProgress(context, signing, { target, event, flags }).catch(async (error: unknown) => {
    // A report of an earlier run must not speak for this one.
    if (junit !== undefined && error instanceof CliError && error.code === 'target_dead') {
      const failure = { message: error.message, text: error.hint ?? error.message };
      await writeOutput(host, junit, renderJunit(deadTargetJunit(target.shown, failure)));
    }
    throw error;
  });
  if (junit !== undefined) await writeOutput(host, junit, renderJunit(conformanceJunit(report)));
  await show(context, report, flags);
  const failed = failedChecks(report);
  if (failed.length === 0) return;
  const hint = hintFor(report);
  const names = failed.map(({ name }) => name).join(', ');
  throw new CliError('failed', `${failed.length} of ${report.results.length} checks failed: ${names}`, {
    code: 'suite_failed',
    ...(hint === undefined ? {} : { hint }),
  });
}

/** One cause for most of what failed, when even the good delivery was not accepted. */
function hintFor({ results }: ConformanceReport): string | undefined {
  const answer = results[0]?.passed === false ? results[0].answers[0] : undefined;
  if (answer?.status === undefined) return undefined;
  if ([400, 401, 403].includes(answer.status)) {
    return 'it refuses even the good delivery: is the secret that of this endpoint?';
  }
  if (answer.status === 404 || answer.status === 405) return 'look at the path: no webhook is received there';
  if (answer.status < 300 || answer.status > 399) return undefined;
  const to = answer.location === undefined ? 'it leads to' : `of its answer: ${answer.location}`;
  return `give the endpoint by the address ${to}`;
}

interface SuiteFacts {
  readonly target: TestTarget;
  readonly event: string | undefined;
  readonly flags: TriggerFlags;
}

async function underProgress(
  context: Context,
  signing: SecretsInForce,
  { target, event = KINDS.route.event, flags }: SuiteFacts,
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
      make: createDeliveryMaker({ secrets: signing.secrets, clock: host.clock, randomBytes }),
      target,
      event,
      payloadShape: flags.payloadShape ?? 'id',
      requestId: flags.requestId,
      timeoutMs: flags.timeout,
      stop,
      onCheck: (title, number, of) => progress.show(`${number}/${of} ${title}`),
    });
  } finally {
    await progress.stop();
  }
}

async function show({ output }: Context, report: ConformanceReport, flags: TriggerFlags): Promise<void> {
  if (output.json) {
    await output.record(conformanceJson(report));
  } else if (flags.format === 'md') {
    await output.lines(Array.from(renderConformanceMarkdown(report), ({ text }) => text));
  } else {
    const { width } = output;
    await output.lines(
      renderConformance(report, { width, style: await output.style(), verbose: flags.verbose ?? false }),
    );
  }
}
