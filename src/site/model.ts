/** A warehouse that can be walked, and what it looks like from above. */

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Where things are, in the unit of the site; `y` grows towards the back. */
export interface FloorPlan {
  /** Each runs along `y`. */
  readonly aisles: readonly {
    readonly name: string;
    readonly x: number;
    readonly fromY: number;
    readonly toY: number;
  }[];
  /** Positions on the `y` axis where one can change aisle. */
  readonly crossAisles: readonly number[];
  readonly positions: ReadonlyMap<string, Position>;
}

/** A warehouse: named places and the walking distance between them. */
export interface Site {
  readonly name: string;
  /** Unit of every distance, e.g. `cm`. */
  readonly unit: string;
  readonly names: readonly string[];
  has(place: string): boolean;
  /** Walking distance; may differ each way on a site given as a matrix. */
  distance(from: string, to: string): number;
  /** The same from index to index of `places`, for callers that need millions. */
  distancesAmong(places: readonly string[]): (from: number, to: number) => number;
  readonly plan: FloorPlan | undefined;
  /** The way from one place to the other with its corners, for drawing. */
  path(from: string, to: string): readonly Position[] | undefined;
}
