/** The failed checks of an endpoint as annotations of a run of GitHub Actions. */
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { type ConformanceReport, fixOf, outcomeOf } from '../../webhooks/testing/conformance-report.ts';

/** One workflow command for each check that did not pass: `::error title=...::...`. */
export function conformanceAnnotations(report: ConformanceReport): readonly string[] {
  return report.results
    .filter(({ passed }) => !passed)
    .map((result) => {
      const { name, title, sent, received, expected } = result;
      const text = `Sent ${sent} to ${report.url}. Came back: ${received}. Should be: ${expected}. Fix: ${fixOf(result, report) ?? ''}`;
      const command = outcomeOf(result) === 'FAIL' ? 'error' : 'notice';
      return `::${command} title=${escapedProperty(`webhook ${title} (${name})`)}::${escaped(text)}`;
    });
}

/** As `@actions/core` writes them (packages/core/src/command.ts): a line break would start another command. */
function escaped(text: string): string {
  return cleanText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
