interface Message {
  readonly headers: Uint8Array;
  readonly body: Uint8Array;
}

/** Where a piece of bytes starts, counted from 1 as `substring` does, and how long it is: a column each. */
type Places = [headersAt: number[], headersLengths: number[], bodyAt: number[], bodyLengths: number[]];

/**
 * Headers and bodies of several lists as one parameter, with four columns of places for each list: a `bytea[]` costs a third
 * more.
 */
export function packMessages<Lists extends readonly (readonly Message[])[]>(
  ...lists: Lists
): { readonly bytes: Uint8Array; readonly places: { readonly [At in keyof Lists]: Places } } {
  const pieces: Uint8Array[] = [];
  let next = 1;
  const placesOf = (messages: readonly Message[]): Places => {
    const places: Places = [[], [], [], []];
    for (const { headers, body } of messages) {
      for (const [part, piece] of [headers, body].entries()) {
        places[part * 2]?.push(next);
        places[part * 2 + 1]?.push(piece.byteLength);
        pieces.push(piece);
        next += piece.byteLength;
      }
    }
    return places;
  };
  const places = lists.map(placesOf) as unknown as { readonly [At in keyof Lists]: Places };
  return { bytes: Buffer.concat(pieces), places };
}

/** The database stores no text with a zero character, and a sender may send one. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

export function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}
