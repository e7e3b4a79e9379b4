/** The columns that `--fill-down` names. */
import type { ErrorList } from '../../error-list.ts';
import { quote } from '../../quote.ts';
import { foldName } from '../../../lib/text/fold-name.ts';
import { addNoColumn, type FieldColumn, type Columns, type HeaderRow } from './columns.ts';

/** The columns of these names, which are headers or fields; another name is an error. */
export function columnsToFill(
  names: readonly string[],
  header: HeaderRow,
  { request, wave, pick }: Columns,
  errors: ErrorList,
): readonly FieldColumn[] {
  const read = [...request, ...(wave === undefined ? [] : [wave]), ...pick];
  const named = (name: string): FieldColumn[] =>
    read.filter((column) => [column.header, column.field.name].some((one) => foldName(one) === foldName(name)));
  return names
    .flatMap((name) => (named(name).length > 0 ? [name] : name.split(',').map((part) => part.trim())))
    .flatMap((name) => {
      const columns = named(name);
      if (columns.length > 0) return columns;
      if (header.headers.some((one) => foldName(one) === foldName(name))) {
        const message = `--fill-down ${name}: the column ${quote(name)} is not sent, so that there is nothing to fill`;
        errors.add(() => ({ path: '', message, place: header.place() }));
      } else {
        addNoColumn(header, `--fill-down ${name}`, name, errors);
      }
      return [];
    });
}
