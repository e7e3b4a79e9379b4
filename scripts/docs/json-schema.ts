/** A small vocabulary of JSON Schema (draft 2020-12): each function makes one schema. */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

const OPTIONAL = Symbol('optional');

type Field = JsonSchema & { readonly [OPTIONAL]?: true };

/** An object with at least these fields: later versions may add some. */
export function object(fields: Readonly<Record<string, Field>>, description?: string): JsonSchema {
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    // The mark is a symbol, which JSON leaves out.
    properties: fields,
    required: Object.entries(fields)
      .filter(([, field]) => field[OPTIONAL] !== true)
      .map(([name]) => name),
  };
}

/** A field that is left out where it means nothing. */
export function optional(schema: JsonSchema): Field {
  return { ...schema, [OPTIONAL]: true };
}

export function nullable(schema: JsonSchema): JsonSchema {
  const { type, enum: words, ...rest } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { type: [type, 'null'], ...(words === undefined ? {} : { enum: [...words, null] }), ...rest };
}

export function text(description: string): JsonSchema {
  return { type: 'string', description };
}

export function oneOf(words: readonly string[], description: string): JsonSchema {
  return { type: 'string', enum: words, description };
}

export function literal(value: string | number): JsonSchema {
  return { const: value };
}

export function integer(description: string): JsonSchema {
  return { type: 'integer', description };
}

export function number(description: string): JsonSchema {
  return { type: 'number', description };
}

export function flag(description: string): JsonSchema {
  return { type: 'boolean', description };
}

/** RFC 3339, in UTC. */
export function time(description: string): JsonSchema {
  return { type: 'string', format: 'date-time', description };
}

export function list(items: JsonSchema, description: string): JsonSchema {
  return { type: 'array', items, description };
}

/** An object whose fields are not part of the promise. */
export function anyObject(description: string): JsonSchema {
  return { type: 'object', description };
}

export function anything(description: string): JsonSchema {
  return { description };
}
