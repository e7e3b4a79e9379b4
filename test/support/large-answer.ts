/** An answer of the size that a very large wave brings. */
export const LARGE_ANSWER_ID = '6'.repeat(24);

/** A route answer of about 500 bytes a pick, every optional field null, as real ones are. */
export function largeAnswer(picks: number): Buffer {
  const stops = Array.from({ length: picks }, (_, at) => ({
    pick_id: `pick_${at}`,
    location_id: `A${at % 422}`,
    asis_sequence: at,
    priority: 0,
    sku_id: null,
    quantity: 1,
    order_id: `order_${Math.floor(at / 3)}`,
    hu_id: null,
    hu_type: null,
    optim_sequence: at,
    path: null,
    instructions: { hallways: null, end_loop: null, start_loop: null },
    note: 'x'.repeat(240),
  }));
  const head = { type: 'ROUTE', request_id: LARGE_ANSWER_ID, computation_time: 1, unit: 'cm' };
  return Buffer.from(JSON.stringify({ ...head, picks: stops, asis_distance: 2e7, optimal_distance: 1e7 }));
}
