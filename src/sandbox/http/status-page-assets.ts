/** Style and script of the status page: constants, with no text from outside. */
import { literal } from '../../lib/text/html.ts';

export const STYLE = literal`
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
td:first-child, td:last-child { overflow-wrap: anywhere; }
summary { overflow-wrap: anywhere; }
details { border-bottom: 1px solid #8886; padding: .3rem 0; }
pre { margin: .2rem 0; overflow-x: auto; white-space: pre-wrap; }
svg { max-height: 40rem; width: 100%; }
.aisles { stroke: #8886; fill: none; }
.places { fill: #888; }
.places .walked { fill: #c2410c; }
.route { stroke: #c2410c; fill: none; stroke-linejoin: round; }
`;

/**
 * Buttons name the call that they make; the page sets `apiKey`. Changes are shown without reloading, so that what was
 * opened, revealed or focused stays so.
 */
export const SCRIPT = literal`
const notice = document.getElementById('notice');
const main = document.querySelector('main');
let seen = '';

async function refresh() {
  const answer = await fetch('/').catch(() => undefined);
  notice.textContent = answer?.ok ? '' : 'The sandbox does not answer any more.';
  if (!answer?.ok) return;
  // All text from outside is escaped: there is no other such tag before the end of the part.
  const [, fresh] = (await answer.text()).split(/<[/]?main>/);
  if (fresh === seen) return;
  seen = fresh;
  const opened = [...main.querySelectorAll('details[open]')].map(({ id }) => id);
  const revealed = [...main.querySelectorAll('output')].map(({ id, textContent }) => [id, textContent]);
  const focused = document.activeElement?.dataset?.focus;
  main.innerHTML = fresh;
  for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
  for (const [id, text] of revealed) document.getElementById(id)?.replaceChildren(text);
  if (focused !== undefined) [...main.querySelectorAll('[data-focus]')].find(({ dataset }) => dataset.focus === focused)?.focus();
}

document.addEventListener('click', async (event) => {
  const { post, secret } = event.target.dataset ?? {};
  if (post === undefined && secret === undefined) return;
  const answer = await fetch(post ?? secret, {
    method: post === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': apiKey },
  }).catch(() => undefined);
  if (!answer?.ok) notice.textContent = 'That did not work: ' + (answer === undefined ? 'no answer' : 'HTTP ' + answer.status);
  else if (post !== undefined) await refresh();
  else event.target.parentElement.querySelector('output').textContent = (await answer.json()).secret;
});
setInterval(() => document.hidden || refresh(), 2000);
`;
