/** The result of `verify`, for people. */
import { displayWidth } from '../../lib/text/display-width.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { maskSecret } from '../../settings/secret.ts';
import type { Cause, Diagnosis, NamedSecret, VerificationResult } from '../../webhooks/diagnosis/model.ts';
import type { FrameworkFix } from '../../webhooks/frameworks/fixes.ts';
import type { Framework } from '../../webhooks/frameworks/frameworks.ts';
import { labelled } from '../terminal/failure.ts';
import type { Style } from '../terminal/style.ts';
import { renderDifference } from './first-difference.ts';
import { moreCode, renderFrameworkFixes, renderFrameworkLines } from './framework-fixes.ts';
import { localDateTime } from '../../lib/text/local-time.ts';

export interface VerificationView {
  /** Columns of the terminal; `undefined` for a pipe, where nothing is wrapped. */
  readonly width: number | undefined;
  readonly style: Style;
  /** The secrets in use. */
  readonly secrets: readonly NamedSecret[];
  /** The frameworks that the receiver may be written with. */
  readonly likely: readonly Framework[];
  /** The code that was asked for. */
  readonly fixes: readonly FrameworkFix[] | undefined;
}

/** Lines without line ends. */
export function* renderVerification(result: VerificationResult, view: VerificationView): Generator<string, void> {
  const { width, style } = view;
  if (result.verified) {
    const { id, timestamp, secretFrom } = result;
    const sent = localDateTime(Number(timestamp) * 1000);
    yield* headed('verified', `${id}, signed at ${sent} with the secret of ${secretFrom}`, style.green, width);
    return;
  }
  const { summary, details, difference, fix, curedByCode } = result;
  yield* headed('does not verify', summary, style.red, width);
  yield '';
  yield* wrapBehind('', cleanText(details), width);
  if (difference !== undefined) yield* renderDifference(difference, view);
  yield* rows(factsOf(result, view.secrets), view);
  yield* triedOf(result, view);
  yield '';
  yield* labelled('fix:', style.cyan, cleanText(fix), width);
  if (!curedByCode) return;
  yield '';
  if (view.fixes !== undefined) {
    yield* renderFrameworkFixes(view.fixes, view);
    return;
  }
  yield* renderFrameworkLines(view.likely, view);
  yield '';
  yield* moreCode('code to copy', view);
}

/** `<head>: <text>`, with the head in color. */
function* headed(
  head: string,
  text: string,
  color: (text: string) => string,
  width: number | undefined,
): Generator<string, void> {
  const [first = '', ...others] = wrapBehind(`${head}: `, cleanText(text), width, 2);
  yield `${color(first.slice(0, head.length + 1))}${first.slice(head.length + 1)}`;
  yield* others;
}

type Row = readonly [name: string, text: string];

/** An empty line, and two columns. Nothing for no rows. */
function* rows(facts: readonly Row[], { width, style }: VerificationView): Generator<string, void> {
  if (facts.length > 0) yield '';
  const names = Math.max(0, ...facts.map(([name]) => displayWidth(name)));
  for (const [name, text] of facts) {
    const head = `  ${name.padEnd(names)}`;
    const [first = '', ...others] = wrapBehind(`${head}  `, cleanText(text), width);
    yield style.dim(head) + first.slice(head.length);
    yield* others;
  }
}

/** The causes that have to do with the secret. */
const OF_THE_SECRET: ReadonlySet<Cause> = new Set(['asymmetric_only', 'other_secret', 'secret_malformed', 'unknown']);

/** What proves the cause, as far as the sentences do not say it. */
function factsOf({ cause, evidence }: Diagnosis, secrets: readonly NamedSecret[]): readonly Row[] {
  const facts: Row[] = [];
  const { timestamp, judged_at: judgedAt, secret, secret_of: owner } = evidence;
  if (typeof judgedAt === 'string' && typeof timestamp === 'number') {
    // 12 digits are milliseconds.
    const sent = timestamp < 1e11 ? timestamp * 1000 : timestamp;
    facts.push(['signed at', localDateTime(sent)], ['checked at', localDateTime(Date.parse(judgedAt))]);
  }
  if (typeof secret === 'string' && typeof owner === 'string') facts.push(['signed with', `${secret} (${owner})`]);
  if (!OF_THE_SECRET.has(cause)) return facts;
  return [...facts, ['in use', secrets.map(({ text, from }) => `${maskSecret(text)} (${from})`).join(', ')]];
}

function* triedOf({ evidence: { tried } }: Diagnosis, { width }: VerificationView): Generator<string, void> {
  if (!Array.isArray(tried)) return;
  yield '';
  yield 'Tried:';
  for (const what of tried as readonly string[]) yield* wrapBehind('  - ', what, width);
}
