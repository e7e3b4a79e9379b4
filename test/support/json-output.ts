/** Holds what `--json` prints against the published schemas. */
import { JSON_OUTPUTS } from '../../scripts/docs/json-outputs.ts';
import { faultsOf, type Schema } from './json-schema.ts';

const SCHEMAS = new Map(JSON_OUTPUTS.map(({ name, schema }) => [name, schema as Schema]));

/** What is wrong with a value by the schema of that name, fields that the schema does not describe included. */
export function undocumented(name: string, value: unknown): readonly string[] {
  const schema = SCHEMAS.get(name);
  if (schema === undefined) return [`there is no schema ${name}`];
  return [...faultsOf(value, schema, { components: { schemas: {} } }), ...unknownFields(value, schema, '')];
}

function unknownFields(value: unknown, schema: Schema, path: string): readonly string[] {
  const { items, properties, anyOf } = schema;
  if (anyOf !== undefined && value !== null) {
    return anyOf.filter((choice) => choice.type !== 'null').flatMap((choice) => unknownFields(value, choice, path));
  }
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, at) => unknownFields(item, items, `${path}/${at}`));
  }
  if (typeof value !== 'object' || value === null || properties === undefined) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const known = properties[name];
    return known === undefined ? [`${path}/${name}: is not described`] : unknownFields(field, known, `${path}/${name}`);
  });
}
