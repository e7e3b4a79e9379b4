/** Waits until all that happens in this turn of the event loop has happened. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
