import { createRedaction, type Redact } from '../domain/redaction.ts';
import { cleanText } from './clean-text.ts';

/** For texts that are cleaned before a person sees them: characters that vanish by it do not part a secret. */
export function createShownRedaction(secrets: readonly string[]): Redact {
  return createRedaction(secrets, (text) => cleanText(text, { multiline: true }));
}
