/** The findings of `doctor`, for people. */
import type { Finding } from './finding.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from '../../output/terminal/style.ts';

/** `ok       port   5000 is free`; what is not ok has the command that mends it below. */
export function renderFindings(findings: readonly Finding[], style: Style): string[] {
  const colours = { ok: style.green, warning: style.yellow, fault: style.red };
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.flatMap(({ check, status, message, fix }) => {
    const first = `${colours[status](status.padEnd(7))}  ${style.bold(check.padEnd(width))}  ${cleanText(message)}`;
    return fix === null ? [first] : [first, `${' '.repeat(width + 11)}${style.dim(`fix: ${cleanText(fix)}`)}`];
  });
}
