/** The first difference of two bodies, found in another way than the program does: character by character of their hex digits. */
export function differenceOf(signed: string | Uint8Array, received: string | Uint8Array): object {
  const [one, other] = [signed, received].map(
    (body) =>
      Buffer.from(body as string)
        .toString('hex')
        .match(/../g) ?? [],
  );
  const offset = (one ?? []).findIndex((byte, at) => byte !== other?.[at]);
  const at = offset === -1 ? (one ?? []).length : offset;
  const before = Buffer.from((one ?? []).slice(0, at).join(''), 'hex')
    .toString('latin1')
    .split('\n');
  return { offset: at, line: before.length };
}
