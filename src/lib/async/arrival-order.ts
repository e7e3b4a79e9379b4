/** The right to be shown, in the order in which places were taken. */
export interface Place {
  /** Shows when all earlier places are shown or dropped; fulfilled when it is shown. */
  show(show: () => void | Promise<void>): Promise<void>;
  /** Stops holding up later places. Harmless after {@link show}. */
  giveUp(): void;
}

/** Things are worked on side by side, and shown one after the other in the order in which they arrived. */
export function createArrivalOrder(): { take(): Place } {
  let last: Promise<void> = Promise.resolve();
  return {
    take() {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = before.then(() => promise);
      return {
        async show(show) {
          await before;
          try {
            await show();
          } finally {
            resolve();
          }
        },
        giveUp: resolve,
      };
    },
  };
}
