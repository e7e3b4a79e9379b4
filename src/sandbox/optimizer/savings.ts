import type { Cart, CartLoader } from './cart.ts';
import type { Steps } from '../../lib/async/steps.ts';

const NONE = Number.NEGATIVE_INFINITY;

/**
 * Joins carts, always the two whose joining saves most walking (Clarke and Wright 1964, the savings
 * computed again after each joining), until nothing is saved or a limit prevents it.
 */
export function* joinBySavings(loader: CartLoader, single: readonly Cart[]): Steps<readonly Cart[]> {
  const carts: (Cart | undefined)[] = [...single];
  const count = carts.length;
  const savings = new Float64Array(count * count).fill(NONE);
  const partner = new Int32Array(count).fill(-1);

  function weigh(row: number, column: number): void {
    const a = carts[row];
    const b = carts[column];
    const saved = a === undefined || b === undefined ? NONE : a.trip.length + b.trip.length - loader.lengthJoined(a, b);
    savings[row * count + column] = saved;
    savings[column * count + row] = saved;
  }
  function choose(row: number): void {
    let best = -1;
    let most = 0;
    for (let column = 0; column < count; column += 1) {
      const saved = savings[row * count + column] as number;
      if (saved > most) {
        most = saved;
        best = column;
      }
    }
    partner[row] = best;
  }

  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < row; column += 1) weigh(row, column);
    yield;
  }
  for (let row = 0; row < count; row += 1) choose(row);
  for (;;) {
    yield;
    let row = -1;
    let most = 0;
    for (let at = 0; at < count; at += 1) {
      const other = partner[at] as number;
      const saved = other < 0 ? 0 : (savings[at * count + other] as number);
      if (saved > most) {
        most = saved;
        row = at;
      }
    }
    if (row < 0) break;
    const gone = partner[row] as number;
    carts[row] = loader.join(carts[row] as Cart, carts[gone] as Cart);
    carts[gone] = undefined;
    for (let at = 0; at < count; at += 1) {
      if (at !== gone) weigh(gone, at);
      if (at !== row && at !== gone) weigh(row, at);
    }
    for (let at = 0; at < count; at += 1) {
      const other = partner[at] as number;
      const saved = savings[at * count + row] as number;
      if (at === row || at === gone || other === row || other === gone) choose(at);
      else if (saved > (other < 0 ? 0 : (savings[at * count + other] as number))) partner[at] = row;
    }
  }
  return carts.filter((cart) => cart !== undefined);
}
