/** Code for a receiver, for people. It is never wrapped or cut, and starts in the first column: it is to be copied. */
import { displayWidth } from '../../lib/text/display-width.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import type { FrameworkFix } from '../../webhooks/frameworks/fixes.ts';
import { type Framework, FRAMEWORK_NAMES, FRAMEWORKS } from '../../webhooks/frameworks/frameworks.ts';
import type { Style } from '../terminal/style.ts';

export interface FrameworkView {
  readonly width: number | undefined;
  readonly style: Style;
}

/** How each of these gets the bytes of the body. */
export function* renderFrameworkLines(frameworks: readonly Framework[], { style }: FrameworkView) {
  const facts = frameworks.map((framework) => FRAMEWORKS[framework]);
  const column = Math.max(...facts.map(({ label }) => displayWidth(label)));
  for (const { label, line } of facts) yield `  ${style.dim(label.padEnd(column))}  ${line}`;
}

/** How to see the whole code. `what`: `code to copy`. */
export function moreCode(what: string, { width }: FrameworkView): readonly string[] {
  return wrapBehind('', `For ${what}, add --framework and one of: ${FRAMEWORK_NAMES.join(', ')}.`, width);
}

export function* renderFrameworkFixes(fixes: readonly FrameworkFix[], { style }: FrameworkView) {
  for (const [index, { framework, code }] of fixes.entries()) {
    if (index > 0) yield '';
    yield style.bold(`${FRAMEWORKS[framework].label}:`);
    yield '';
    yield* code.split('\n');
  }
}
