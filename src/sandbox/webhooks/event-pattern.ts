/** Which events an endpoint subscribes to, by patterns such as `cluster.optimized` or `cluster.optimized.Example.*`. */
import { KIND_NAMES, type Kind, KINDS } from '../../kinds.ts';
import { nearestWord } from '../../lib/text/did-you-mean.ts';
import { CliError } from '../../errors.ts';

/** The account that every job of the sandbox belongs to; it ends the long form of an event's type. */
export const SANDBOX_USER_ID = '00000000000000005a4d0001';

const PLAIN = KIND_NAMES.map((kind) => KINDS[kind].event);

/** `cluster.optimized.Example.673f48095739843f4de65ec9`: the event of one site and user. */
function longEventType(kind: Kind, siteName: string): string {
  return `${KINDS[kind].event}.${siteName}.${SANDBOX_USER_ID}`;
}

/** Throws `CliError` (usage, `bad_event`) for a pattern that no event can match. `*` stands for any text. */
export function checkEventPattern(pattern: string): void {
  const fixed = pattern.split('*', 1)[0] ?? '';
  const known = PLAIN.some(
    (event) =>
      pattern === event || pattern.startsWith(`${event}.`) || (pattern.includes('*') && event.startsWith(fixed)),
  );
  if (known) return;
  const nearest = nearestWord(pattern, PLAIN);
  throw new CliError('usage', `no event can match "${pattern}"`, {
    code: 'bad_event',
    hint: nearest === undefined ? `events are ${PLAIN.join(' and ')}, or *` : `did you mean "${nearest}"?`,
  });
}

/**
 * The type under which an endpoint gets an event: the plain form (`cluster.optimized`), the long form
 * when only that is subscribed to, `undefined` when neither. No patterns at all: everything.
 */
export function eventTypeFor(patterns: readonly string[], kind: Kind, siteName: string): string | undefined {
  const plain = KINDS[kind].event;
  if (patterns.length === 0 || patterns.some((pattern) => matches(pattern, plain))) return plain;
  const long = longEventType(kind, siteName);
  return patterns.some((pattern) => matches(pattern, long)) ? long : undefined;
}

function matches(pattern: string, eventType: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(eventType);
}
