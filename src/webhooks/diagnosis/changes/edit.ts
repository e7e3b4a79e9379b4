/** One thing that was done to a body, in words. */
export interface BodyEdit {
  /** `indented by 2 spaces`; `a newline was added at the end` */
  readonly change: string;
  /** Completes "the same JSON ...": `with a newline added at the end` */
  readonly phrase: string;
  /** `the body was re-serialized`; `a newline was added at the end of the body` */
  readonly summary: string;
  /** At the start or end of the body alone; around all of it, which can be undone; or of the content, which cannot. */
  readonly kind?: 'edge' | 'wrapping' | 'cut' | 'alteration';
}

/** @param participle completes "the body was ..." */
export function done(participle: string, summary = participle): BodyEdit {
  return { change: participle, phrase: participle, summary: `the body was ${summary}` };
}

/** Put into something else, or encoded as a whole. */
export function wrapped(participle: string, summary = participle): BodyEdit {
  return { ...done(participle, summary), kind: 'wrapping' };
}

/** `a newline`, `added at the end`. */
export function was(what: string, participle: string): BodyEdit {
  return withSubject(what, 'was', participle);
}

/** `keys`, `sorted`. */
export function were(what: string, participle: string): BodyEdit {
  return withSubject(what, 'were', participle);
}

function withSubject(what: string, verb: string, participle: string): BodyEdit {
  const change = `${what} ${verb} ${participle}`;
  const phrase = `with ${what} ${participle}`;
  if (!/(?:start|end)$/.test(participle)) return { change, phrase, summary: `${change} in the body` };
  return { change, phrase, summary: `${change} of the body`, kind: 'edge' };
}

/** Other Unicode forms of the same characters; `undefined` for other characters. */
export function normalization(before: string, after: string): BodyEdit | undefined {
  if (before === after || before.normalize('NFC') !== after.normalize('NFC')) return undefined;
  return were('characters', after === after.normalize('NFC') ? 'composed (Unicode NFC)' : 'decomposed (Unicode NFD)');
}
