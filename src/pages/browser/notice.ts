/** The line at the top of the page that says what has just happened. */

const SHOWN_MS = 6000;
let clearing: ReturnType<typeof setTimeout> | undefined;

/** `lasting`: until the next one. */
export function notice(text: string, options: { readonly bad?: boolean; readonly lasting?: boolean } = {}): void {
  const line = document.getElementById('notice');
  if (line === null) return;
  // Screen readers read out each change.
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle('bad', options.bad === true);
  clearTimeout(clearing);
  if (options.lasting !== true && text !== '') clearing = setTimeout(() => notice(''), SHOWN_MS);
}
