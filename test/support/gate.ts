/** Waits for a thing to come true in another process, with patience and a reason when it does not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const patienceMs = 20_000;
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > patienceMs) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
