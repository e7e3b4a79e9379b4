/** The columns that `--fill-down` names. */
import type { FaultList } from '../../fault-list.ts';
import { quote } from '../../quote.ts';
import { foldName } from '../fields.ts';
import { addNoColumn, type FieldColumn, type Columns, type HeaderRow } from './columns.ts';

/** The columns that are named by themselves or by the field that is read from them; another name is a fault. */
export function columnsToFill(
  names: readonly string[],
  header: HeaderRow,
  { whole, wave, pick }: Columns,
  faults: FaultList,
): readonly FieldColumn[] {
  const read = [...whole, ...(wave === undefined ? [] : [wave]), ...pick];
  const named = (name: string): FieldColumn[] =>
    read.filter((column) => [column.header, column.field.name].some((one) => foldName(one) === foldName(name)));
  return names
    .flatMap((name) => (named(name).length > 0 ? [name] : name.split(',').map((part) => part.trim())))
    .flatMap((name) => {
      const columns = named(name);
      if (columns.length > 0) return columns;
      if (header.headers.some((one) => foldName(one) === foldName(name))) {
        const message = `--fill-down ${name}: the column ${quote(name)} is not sent, so that there is nothing to fill`;
        faults.add(() => ({ path: '', message, place: header.place() }));
      } else {
        addNoColumn(header, `--fill-down ${name}`, name, faults);
      }
      return [];
    });
}
