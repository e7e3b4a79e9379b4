/** Guesses the framework of a receiver by what it answers, or by what was done to a body. Pure. */
import type { Framework } from './frameworks.ts';

type Signs = readonly (readonly [sign: RegExp, ...frameworks: Framework[]])[];

/** In `Server` and `X-Powered-By`. */
const HEADERS: Signs = [
  [/^express\b/im, 'express'],
  [/werkzeug/i, 'flask'],
  [/uvicorn|hypercorn/i, 'fastapi'],
  [/wsgiserver|daphne/i, 'django'],
  [/gunicorn|waitress/i, 'flask', 'django'],
  [/kestrel|asp\.net|microsoft-iis/i, 'aspnet'],
  [/php/i, 'php'],
  [/puma|passenger|webrick/i, 'rails'],
  [/tomcat|coyote|jetty|undertow/i, 'spring'],
];

/** In the answers to errors that the frameworks write themselves. */
const ANSWERS: Signs = [
  [/^\{"statusCode":\d+,/, 'fastify'],
  [/^\{"detail":/, 'fastapi'],
  [/^\{"timestamp":.*"path":/s, 'spring'],
  [/"traceId":"00-/, 'aspnet'],
  [/^<!doctype html>\s<html lang=en>\s<title>\d{3} /i, 'flask'],
  [/<title>Error<\/title>\s<\/head>\s<body>\s<pre>/, 'express'],
];

/** In what is said of a body that was changed: the habits of the libraries that write JSON, and of what is no JSON any more. */
const CHANGES: Signs = [
  [/a space after each ":" and ","|"\{'/, 'flask', 'fastapi', 'django'],
  [/"\[object /, 'express', 'fastify'],
  [/slashes escaped/, 'php'],
  [/as Jackson does|"\[B@/, 'spring'],
  [/characters? (?:\S )*[+']|"System\./, 'aspnet'],
  [/characters? (?:\S )*[<>&]/, 'go', 'rails'],
];

/** What most receivers are written with. */
const USUAL: readonly Framework[] = ['express', 'flask', 'spring'];

/** Three, the likeliest first. `madeWith`: the values of `Server` and `X-Powered-By`, a line each. */
export function likelyOfAnswers(
  answers: readonly { readonly madeWith: string; readonly body: string }[],
): readonly Framework[] {
  return likely(answers.flatMap(({ madeWith, body }) => [...found(HEADERS, madeWith), ...found(ANSWERS, body)]));
}

/** Three, the likeliest first. `explanation`: that of a diagnosis. */
export function likelyOfExplanation(explanation: string): readonly Framework[] {
  return likely(found(CHANGES, explanation));
}

function found(signs: Signs, text: string): readonly Framework[] {
  return signs.flatMap(([sign, ...frameworks]) => (sign.test(text) ? frameworks : []));
}

function likely(frameworks: readonly Framework[]): readonly Framework[] {
  return [...new Set([...frameworks, ...USUAL])].slice(0, 3);
}
