/** Ids of others, in a form that can be shown, pasted and read back. */
import { withoutControls } from './control-characters.ts';

/**
 * The id itself where it is safe to show and to paste. One that begins with a dash, or holds blanks or what a terminal
 * would act on, as a JSON string of plain ASCII without blanks: `"-a\u202eb"`.
 */
export function shownId(id: string): string {
  if (id !== '' && withoutControls(id) === id && !/\s|^[-"]/.test(id)) return id;
  return JSON.stringify(id).replace(/[^!-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The id that a user typed, as it is or as {@link shownId} shows it. */
export function readId(word: string): string {
  if (!word.startsWith('"')) return word;
  try {
    return String(JSON.parse(word));
  } catch {
    return word;
  }
}

/** `67507a…13e0f`: an id by its beginning and its end. A short one as it is. */
export function shortenedId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 6)}…${id.slice(-5)}`;
}
