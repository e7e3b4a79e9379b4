/** The names of events, as people type them. */
import { CliError } from '../errors.ts';
import { KIND_NAMES, kindOfEvent, KINDS } from '../kinds.ts';
import { nearestWord } from '../lib/text/did-you-mean.ts';

const EVENTS = KIND_NAMES.map((kind) => KINDS[kind].event);

/**
 * Throws `CliError` `usage` (`bad_event`) for a name or pattern that is nearly that of an event, such as `route.optimize` or
 * `cluster`. One that is like none passes: it may be an event of tomorrow, or one that a receiver must ignore.
 */
export function rejectNearEvent(name: string): void {
  if (kindOfEvent(name) !== undefined) return;
  // What follows in the long form is a site and a user.
  const words = name.split('.', 2).join('.');
  if (words.includes('*')) return;
  const meant = EVENTS.find((event) => event.startsWith(`${words}.`)) ?? nearestWord(words, EVENTS);
  if (meant === undefined) return;
  const rest = name.slice(words.length);
  throw new CliError('usage', `there is no event "${name}"`, {
    code: 'bad_event',
    hint: `did you mean "${meant}${rest}"?`,
  });
}
