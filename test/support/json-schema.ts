/** Checks values against the schemas of an OpenAPI document: the few keywords that ours uses, and no others. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly [annotation: string]: unknown;
}

const UNDERSTOOD = new Set(
  (
    '$ref type enum const pattern format minItems items anyOf oneOf required properties additionalProperties ' +
    'title description default deprecated example examples'
  ).split(' '),
);

export interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The schema of that name. */
export function schemaNamed({ components }: OpenApi, name: string): Schema {
  const schema = components.schemas[name];
  if (schema === undefined) throw new Error(`there is no schema ${name}`);
  return schema;
}

/** Every fault, as `/path: what is wrong`; none when the value is as the schema says. */
export function faultsOf(value: unknown, schema: Schema, api: OpenApi, path = ''): readonly string[] {
  const foreign = Object.keys(schema).filter((keyword) => !UNDERSTOOD.has(keyword) && !keyword.startsWith('x-'));
  if (foreign.length > 0) throw new Error(`keywords that are not checked: ${foreign.join(', ')}`);
  if (schema.$ref !== undefined) {
    // Nullable references are not marked in the document: what is documented there is optional.
    if (value === null) return [];
    return faultsOf(value, schemaNamed(api, schema.$ref.split('/').at(-1) ?? ''), api, path);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const fits = choices.some((choice) => faultsOf(value, choice, api, path).length === 0);
    return fits ? [] : [`${path}: fits none of the choices`];
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return [`${path}: expected ${types.join(' or ')}, found ${JSON.stringify(value)?.slice(0, 60)}`];
  }
  const faults: string[] = [];
  if (schema.enum !== undefined && !schema.enum.includes(value)) faults.push(`${path}: not one of the values`);
  if (schema.const !== undefined && schema.const !== value) faults.push(`${path}: not ${JSON.stringify(schema.const)}`);
  if (schema.pattern !== undefined && typeof value === 'string' && !new RegExp(schema.pattern).test(value)) {
    faults.push(`${path}: does not match ${schema.pattern}`);
  }
  if (schema.format === 'date-time' && typeof value === 'string' && Number.isNaN(Date.parse(value))) {
    faults.push(`${path}: is no time`);
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) faults.push(`${path}: fewer than ${schema.minItems} items`);
    const { items } = schema;
    if (items !== undefined) {
      faults.push(...value.flatMap((item, index) => faultsOf(item, items, api, `${path}/${index}`)));
    }
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Readonly<Record<string, unknown>>;
    for (const name of schema.required ?? []) if (!(name in fields)) faults.push(`${path}/${name}: is missing`);
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      if (name in fields) faults.push(...faultsOf(fields[name], field, api, `${path}/${name}`));
    }
  }
  return faults;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
