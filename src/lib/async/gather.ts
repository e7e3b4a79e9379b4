/** A turn under load is well below a millisecond, and so is what a sync of the disk costs. */
export const MOST_TURNS = 8;

/** Lets a group grow for as long as each turn of the event loop brings more, for at most so many turns. */
export async function gather(size: () => number, turns: number): Promise<void> {
  for (let turn = 0, before = 0; turn < turns && size() > before; turn += 1) {
    before = size();
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
