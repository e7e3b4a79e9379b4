/** Pages for a person with a browser on this machine: a document without inline script or style, and its answer. */
import type { Html } from '../lib/text/html.ts';
import { bodyOf, headerOf, type HttpRequest, type HttpResponse, jsonResponse } from '../lib/net/http.ts';
import { page } from '../output/html/html-template.ts';

export interface DocumentParts {
  readonly title: string;
  /** What the page is about, beside its name. */
  readonly header: Html;
  readonly main: Html;
  /** `panes`: a list, and beside it what is open. Default: one below the other. */
  readonly layout?: 'panes';
  /** Keys and what they do; shown by `?`. */
  readonly keys: readonly (readonly [key: string, what: string])[];
  /** For the script, as attributes of the body, e.g. `live` for where changes are heard. */
  readonly data?: Readonly<Record<string, string>>;
}

/** A whole HTML document. */
export function renderDocument({ title, header, main, layout, keys, data = {} }: DocumentParts): string {
  const attributes = Object.entries(data).map(([name, value]) => page` data-${name}="${value}"`);
  return page`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body class="${layout ?? ''}"${attributes}>
<header class="top">
${header}
<p id="notice" role="status"></p>
<button type="button" class="quiet needs-script" data-dialog="keys" aria-keyshortcuts="?">Keys</button>
</header>
${main}
<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl class="keys">
${keys.map(
  ([key, what]) => page`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>
`,
)}</dl>
<form method="dialog"><button>Close</button></form>
</dialog>
</body>
</html>
`.text;
}

/** A document that is a part of another one; it can be read alone, too. */
export function renderFragment(title: string, content: Html): string {
  return page`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="stylesheet" href="/page.css"></head>
<body><main class="alone">${content}</main></body></html>
`.text;
}

/** How something that a page did has ended, for a person. */
export interface PageOutcome {
  readonly ok: boolean;
  readonly text: string;
  /** More of it, below the form. */
  readonly outcome?: Html;
}

/** For the script of the page as JSON; for a form that was sent without it the page again, or first what there is to say. */
export function outcomeResponse(
  { headers }: Pick<HttpRequest, 'headers'>,
  { ok, text, outcome }: PageOutcome,
  back: { readonly path: string; readonly label: string },
): HttpResponse {
  if (headerOf(headers, 'accept') === 'application/json') {
    const said = { ok, text, ...(outcome === undefined ? {} : { outcome: outcome.text }) };
    return jsonResponse(200, said, { 'cache-control': 'no-store' });
  }
  if (ok && outcome === undefined) return redirectTo(back.path);
  const content = page`<p>${text}</p>${outcome}<p><a href="${back.path}">${back.label}</a></p>`;
  return htmlResponse(ok ? 200 : 422, renderFragment(text, content));
}

/** Own style and script and pictures in the page; nothing from elsewhere, and nobody may frame it. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS = {
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  // Not `no-referrer`: the browser would then leave out where a form comes from.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** An answer that only this page's own parts can act in. */
export function guardedResponse(
  status: number,
  contentType: string,
  body: HttpResponse['body'] | string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const content = typeof body === 'string' || body instanceof Uint8Array ? bodyOf(body) : body;
  return { status, headers: { ...HEADERS, 'content-type': contentType, ...headers }, body: content };
}

export function htmlResponse(status: number, text: string, headers?: Readonly<Record<string, string>>): HttpResponse {
  return guardedResponse(status, 'text/html; charset=utf-8', text, headers);
}

/** What a browser shows or saves alone, of others: nothing in it may act. */
export const NOTHING_ACTS = { 'content-security-policy': "default-src 'none'; sandbox" };

/** To read the page again, after a form was sent without the script. */
export function redirectTo(location: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status: 303, headers: { ...HEADERS, location, ...headers }, body: null };
}
