/** What the contract suites of the stores share. */
import { onTestFinished } from 'vitest';

/** A store that was opened as a process opens it. */
export interface OpenedStore<Store> {
  readonly store: Store;
  close(): void | Promise<void>;
}

/** Where a store keeps its rows; empty at first. */
export interface StorePlace<Store> {
  /** Opens the store as one more process would. Its clock is at 1000 when it is first read, then at 2000, 3000 … */
  open(): Promise<OpenedStore<Store>>;
  /** Closes what was opened and removes the place. */
  end(): Promise<void>;
}

export type CreatePlace<Store> = () => Promise<StorePlace<Store>>;

/** A place for one test, and what opens the store in it. */
export async function placeOfTest<Store>(createPlace: CreatePlace<Store>): Promise<StorePlace<Store>> {
  const place = await createPlace();
  onTestFinished(() => place.end());
  return place;
}

/** A store in an empty place for one test. */
export async function storeOfTest<Store>(createPlace: CreatePlace<Store>): Promise<Store> {
  return (await (await placeOfTest(createPlace)).open()).store;
}
