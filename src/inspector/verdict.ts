/** Whether a signature is valid, and why it is not. */
import type { Html } from '../lib/text/html.ts';
import { localDateTime } from '../lib/text/local-time.ts';
import { page } from '../output/html/html-template.ts';
import { PLAIN_STYLE } from '../output/terminal/style.ts';
import { renderDifference } from '../output/webhooks/first-difference.ts';
import { FRAMEWORKS } from '../webhooks/frameworks/frameworks.ts';
import { likelyOfExplanation } from '../webhooks/frameworks/likely.ts';
import type { VerificationResult } from '../webhooks/diagnosis/model.ts';
import { preOf } from '../pages/bytes.ts';

/** `lead`: what is known without it. `undefined`: there is no secret to check with. */
export function renderVerdict(result: VerificationResult | undefined, lead: string): Html {
  if (result === undefined) {
    return page`<div class="verdict plain"><p>${lead}</p></div>`;
  }
  if (result.verified) {
    const sent = localDateTime(Number(result.timestamp) * 1000);
    return page`<div class="verdict good"><p>${lead} Signed at ${sent} with the secret of ${result.secretFrom}.</p></div>`;
  }
  const { summary, details, difference, fix, curedByCode, explanation } = result;
  const bytes =
    difference === undefined
      ? undefined
      : preOf([...renderDifference(difference, { width: undefined, style: PLAIN_STYLE })].join('\n'));
  const code = curedByCode
    ? likelyOfExplanation(explanation).map(
        (framework) => page`<li>${FRAMEWORKS[framework].label}: <code>${FRAMEWORKS[framework].line}</code></li>
`,
      )
    : [];
  return page`<div class="verdict bad"><p>${lead}</p><p><strong>It does not verify: ${summary}.</strong></p><p>${details}</p>
${bytes}<p><strong>Fix:</strong> ${fix}</p>
${code.length === 0 ? undefined : page`<ul>${code}</ul>`}</div>
`;
}
