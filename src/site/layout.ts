/** Site files: what a warehouse looks like, as JSON, to a {@link Site} that can be walked. */
import { CliError } from '../errors.ts';
import { createAisleSite } from './aisle-site.ts';
import { createFaultFinder } from './site-faults.ts';
import { createMatrixSite } from './matrix-site.ts';
import { readAisleFile, readMatrixFile } from './site-file.ts';
import type { Site } from './model.ts';

/**
 * Reads the JSON value of a site file, in either form:
 *
 * - `{"site_name", "unit", "aisles": {"A": {"x": 0}}, "cross_aisles": [0, 1100], "locations": {"A01":
 *   {"aisle": "A", "y": 100}, "Dock": {"x": 450, "y": 1100}}, "points": {"Start": {"x": 0, "y": -200}}}`:
 *   walk along an aisle, change aisle by a cross aisle;
 * - `{"site_name", "unit", "names": [...], "matrix": [[...]]}`: distances as given, perhaps different each way.
 *
 * `unit` is that of all coordinates and distances; `cm` when absent. `points` may be absent.
 * Throws `CliError` (usage, code `bad_site_file`) with every fault in `details`.
 */
export function parseSite(value: unknown): Site {
  const find = createFaultFinder();
  const fields = find.object(value, '');
  if (fields !== undefined) {
    if (fields['names'] !== undefined || fields['matrix'] !== undefined) {
      const spec = readMatrixFile(fields, find);
      if (spec.names.length === 0 && find.faults.length === 0) find.note('/names', 'expected at least one place');
      if (find.faults.length === 0) return createMatrixSite(spec);
    } else {
      const spec = readAisleFile(fields, find);
      if (spec.places.size === 0 && find.faults.length === 0) find.note('/locations', 'expected at least one place');
      if (find.faults.length === 0) return createAisleSite(spec);
    }
  }
  const [first] = find.faults;
  const more = find.faults.length > 1 ? ` (and ${find.faults.length - 1} more)` : '';
  throw new CliError('usage', `site file: ${first?.path || 'the document'}: ${first?.message}${more}`, {
    code: 'bad_site_file',
    hint: 'A site file has either "aisles", "cross_aisles" and "locations", or "names" and "matrix".',
    details: find.faults,
  });
}
