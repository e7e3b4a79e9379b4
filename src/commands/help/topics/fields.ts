/** The topics `request` and `csv`, from the tables by which requests are read and checked. */
import { KIND_NAMES, type Kind } from '../../../kinds.ts';
import { tableFields, type CellType } from '../../../requests/csv/fields.ts';
import { exampleCsv, exampleJson, exampleRequest } from '../../../requests/example.ts';
import { expectedOf, FIELD_NOTES, REQUEST_SCHEMAS, type Level, type RequestSchema } from '../../../requests/schema.ts';
import { exampleSite } from '../../../site/example-site.ts';
import type { TopicPart } from './parts.ts';

const EXAMPLE_PICKS = 2;

interface Row {
  readonly name: string;
  readonly type: string;
  /** Whether no request of that kind goes without it. */
  readonly isRequired: boolean;
}

export function requestTopic(): readonly TopicPart[] {
  const level = (of: keyof RequestSchema): TopicPart => table('Field', (kind) => rowsOf(REQUEST_SCHEMAS[kind][of]));
  return [
    'A request is a JSON object. Names are written as they are here; * marks what is needed.',
    { heading: 'The request' },
    level('request'),
    { heading: 'Parameters' },
    'In "parameters", also as --param <name>=<JSON> of submit:',
    level('parameters'),
    { heading: 'Picks' },
    'Each of "picks":',
    level('pick'),
    'Fields that are not listed are sent as they are; one whose name is nearly listed gets a warning.',
    'An example ("optipick example cluster"):',
    { language: 'json', code: exampleJson(exampleRequest('cluster', EXAMPLE_PICKS, exampleSite())) },
  ];
}

export function csvTopic(): readonly TopicPart[] {
  const rows = (isOfRequest: boolean): TopicPart =>
    table('Column', (kind) =>
      tableFields(kind)
        .filter((field) => field.isOfRequest === isOfRequest)
        .map(({ name, type, isRequired }) => ({ name, type: CELLS[type], isRequired })),
    );
  return [
    `A table has a header and a row for each pick; cells are separated by comma, semicolon, tab or bar. Capitals, blanks,
    "_" and "-" do not count in a header: "Location ID" and "LOCATION-ID" are location_id. For another name add --map
    location_id=Bin. * marks what is needed; a pick without pick_id gets one.`,
    { heading: 'Columns of a pick' },
    rows(false),
    { heading: 'Columns of the request' },
    'The same in all rows of a wave; also --site, --wave, --start and --end of submit:',
    rows(true),
    'Columns of other names are not sent. "parameters" are flags: --param max_runtime=30.',
    'An example ("optipick example cluster --csv"):',
    { language: 'csv', code: exampleCsv(exampleRequest('cluster', EXAMPLE_PICKS, exampleSite())) },
  ];
}

/** Cells are text: what of it is read. */
const CELLS: Readonly<Record<CellType, string>> = {
  text: 'a text',
  places: 'a location, or several between "|"',
  number: 'a number',
  integer: 'a whole number',
};

function rowsOf({ fields, required }: Level): readonly Row[] {
  return Object.entries(fields).map(([name, schema]) => {
    return { name, type: expectedOf(schema), isRequired: required.includes(name) };
  });
}

/** The fields of both kinds; one that only one of them knows says so. */
function table(head: string, rowsFor: (kind: Kind) => readonly Row[]): TopicPart {
  const kinds = KIND_NAMES.map((kind) => ({ kind, rows: rowsFor(kind) }));
  const byName = new Map(kinds.flatMap((each) => each.rows.map((row) => [row.name, row])));
  const rows = Array.from(byName.values(), ({ name, type, isRequired }) => {
    const knowing = kinds.filter((each) => each.rows.some((row) => row.name === name)).map(({ kind }) => kind);
    const only = knowing.length === kinds.length ? [] : [`${knowing.join()} only`];
    const note = FIELD_NOTES.get(name);
    const about = [type, ...only, ...(note === undefined ? [] : [note])].join('; ');
    return [`${name}${isRequired ? '*' : ''}`, about];
  });
  return { heads: [head, 'Content'], rows };
}
