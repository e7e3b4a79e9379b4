/** The results of `doctor`, for people. */
import type { CompletedCheck } from './check-result.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from '../../output/terminal/style.ts';

/** `ok       port   5000 is free`; below a warning or fault the command that fixes it. */
export function renderChecks(checks: readonly CompletedCheck[], style: Style): string[] {
  const colors = { ok: style.green, warning: style.yellow, fault: style.red };
  const width = Math.max(...checks.map(({ check }) => check.length));
  return checks.flatMap(({ check, status, message, fix }) => {
    const line = `${colors[status](status.padEnd(7))}  ${style.bold(check.padEnd(width))}  ${cleanText(message)}`;
    return fix === null ? [line] : [line, `${' '.repeat(width + 11)}${style.dim(`fix: ${cleanText(fix)}`)}`];
  });
}
