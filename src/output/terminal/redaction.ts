import { createRedaction, type Redact } from '../../settings/redaction.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';

/** For texts that are cleaned before a person sees them: characters that vanish by it do not part a secret. */
export function createTerminalRedaction(secrets: readonly string[]): Redact {
  return createRedaction(secrets, (text) => cleanText(text, { multiline: true }));
}
