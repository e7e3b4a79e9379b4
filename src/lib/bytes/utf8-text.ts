/** The beginning of a body as text; `undefined` when it is none. `isCut`: perhaps in the middle of a character. */
export function utf8Text(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}
