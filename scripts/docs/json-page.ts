/** `docs/reference/json-output.md`, and the schema of each line in a file of its own. */
import { JSON_OUTPUTS, type JsonOutput } from './json-outputs.ts';
import type { JsonSchema } from './json-schema.ts';
import { anchorOf, code, fenced, prose, table } from './markdown.ts';

/** Contents by path. */
export function jsonPages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/json-output.md', page()],
    ...JSON_OUTPUTS.map((output) => [pathOf(output), schemaOf(output)] as const),
  ]);
}

function pathOf({ name }: JsonOutput): string {
  return `docs/reference/schemas/${name}.schema.json`;
}

function schemaOf({ name, purpose, schema, example }: JsonOutput): string {
  const facts = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: name, description: purpose };
  return JSON.stringify({ ...schema, ...facts, examples: [example] });
}

function page(): string {
  const rows = JSON_OUTPUTS.map((output) => [
    commandsOf(output),
    `[${output.name}](#${anchorOf(output.name)})`,
    prose(output.purpose),
  ]);
  return [
    '# JSON output',
    `With \`--json\` stdout carries JSON alone: a document, or one object a line. Each object of our own has \`"v":1\`, and a
\`type\` where a command prints several. Fields may be added within a version; none is removed or changes its meaning.
Times are RFC 3339 in UTC. [Output](output.md) describes what all commands have in common.`,
    `\`get\`, and \`poll\` and \`submit\` of a single request, print the API's own document, byte for byte. \`example\` prints a
request. All else is below; each has a [JSON Schema](schemas/) (draft 2020-12), which is in the package, too:
\`node_modules/optipick/docs/reference/schemas/\`.`,
    table(['Command', 'Schema', 'What it is'], rows),
    ...JSON_OUTPUTS.map(section),
  ].join('\n\n');
}

function commandsOf({ commands }: JsonOutput): string {
  return commands
    .map((command) => {
      const [, name = '', remark = ''] = /^(.*?)( \(.*\))?$/.exec(command) ?? [];
      return `${name.startsWith('every') ? name : code(name)}${remark}`;
    })
    .join(', ');
}

function section(output: JsonOutput): string {
  const { name, purpose, schema, example } = output;
  return [
    `## ${name}`,
    `${prose(purpose)} Printed by ${commandsOf(output)}. Schema: [${name}.schema.json](schemas/${name}.schema.json).`,
    table(['Field', 'Type', 'Meaning'], fieldRows(schema, '')),
    fenced('json', JSON.stringify(example)),
  ].join('\n\n');
}

/** Fields of objects in objects and lists below those: `checks[].name`. */
function fieldRows(schema: JsonSchema, path: string): readonly (readonly string[])[] {
  const { items, anyOf = [], properties = {}, required = [] } = schema;
  const rows: (readonly string[])[] = [];
  for (const [name, field] of Object.entries(properties)) {
    const own = path === '' ? name : `${path}.${name}`;
    const meaning = `${prose(meaningOf(field))}${required.includes(name) ? '' : ' (optional)'}`.trim();
    rows.push([code(own), prose(typeInWords(field)), meaning], ...fieldRows(field, own));
  }
  if (items !== undefined) rows.push(...fieldRows(items, `${path}[]`));
  rows.push(...anyOf.flatMap((one) => fieldRows(one, path)));
  return rows;
}

function meaningOf({ description, const: value }: JsonSchema): string {
  return description ?? (value === undefined ? '' : `always ${JSON.stringify(value)}`);
}

function typeInWords({ type, enum: words, anyOf, const: value, format }: JsonSchema): string {
  if (value !== undefined) return typeof value;
  if (anyOf !== undefined) return anyOf.map(typeInWords).join(' or ');
  // Exit codes and error codes have a page of their own.
  const isShort = words !== undefined && words.length <= 8;
  if (isShort) return words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(', ');
  if (type === undefined) return 'any';
  return [type]
    .flat()
    .map((one) => (format === 'date-time' && one === 'string' ? 'time' : one))
    .join(' or ');
}
