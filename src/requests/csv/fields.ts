/** The fields of the API that a column can hold, and the type of their cells. */
import { type GenericSchema, safeParse } from 'valibot';
import type { Kind } from '../../kinds.ts';
import { type Level, REQUEST_SCHEMAS } from '../schema.ts';

/** `places`: one location, or alternatives between `|`. */
export type CellType = 'text' | 'places' | 'number' | 'integer';

export interface TableField {
  readonly name: string;
  readonly type: CellType;
  /** Whether it is a field of the request, with one value for all rows of a wave, and not of the pick. */
  readonly isOfRequest: boolean;
  /** Whether a row needs one: a pick without an id gets one. */
  readonly isRequired: boolean;
}

/** Fields of a request that a cell cannot hold, or that the rows themselves are. */
const NO_CELL = new Set(['picks', 'parameters', 'extra']);

/** The fields of a kind in the order of the API's documentation; those of the request first. A wave is of the request. */
export function tableFields(kind: Kind): readonly TableField[] {
  const { request, pick } = REQUEST_SCHEMAS[kind];
  const of = ({ fields, required }: Level, isOfRequest: boolean): TableField[] =>
    Object.entries(fields).map(([name, schema]) => {
      const isRequired = required.includes(name) && name !== 'pick_id';
      return { name, type: typeOf(schema), isOfRequest, isRequired };
    });
  return [
    ...of(request, true).filter(({ name }) => !NO_CELL.has(name)),
    ...of(pick, false).filter(({ name }) => name !== 'wave_id'),
  ];
}

/** Asked of the schema itself, so that there is one table of types. A time may be text or number, and stays text. */
function typeOf(schema: GenericSchema): CellType {
  const takes = (value: unknown): boolean => safeParse(schema, value).success;
  if (takes(['A'])) return 'places';
  if (takes('A')) return 'text';
  return takes(0.5) ? 'number' : 'integer';
}
