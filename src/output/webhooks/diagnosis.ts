/** The result of `verify`, for people. */
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { VerificationResult } from '../../webhooks/diagnosis/model.ts';
import type { Style } from '../terminal/style.ts';

/** Lines without line ends. */
export function* renderVerification(result: VerificationResult, style: Style): Generator<string, void> {
  if (result.verified) {
    const { id, timestamp, secretFrom } = result;
    const sent = new Date(Number(timestamp) * 1000).toISOString();
    yield `${style.green('verified')}: ${cleanText(id)}, signed at ${sent} with the secret of ${cleanText(secretFrom)}`;
    return;
  }
  const { cause, explanation, evidence, fix } = result;
  yield `${style.red('does not verify')}: ${style.bold(cause.replaceAll('_', ' '))}`;
  yield '';
  yield cleanText(explanation);
  yield '';
  const facts = Object.entries(evidence);
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  for (const [name, value] of facts) {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    yield `  ${style.dim(name.replaceAll('_', ' ').padEnd(width))}  ${cleanText(text)}`;
  }
  if (facts.length > 0) yield '';
  const [what = '', ...lines] = fix.split('\n');
  yield `${style.cyan('to fix it:')} ${what}`;
  for (const line of lines) {
    const at = line.indexOf(': ');
    yield `  ${style.dim(line.slice(0, at).padEnd(8))}  ${line.slice(at + 2)}`;
  }
}
