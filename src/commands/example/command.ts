/** `optipick example`: prints a request to try things with. */
import { Argument, type Command } from 'commander';
import type { Context } from '../../context/context.ts';
import { type Kind, KIND_NAMES } from '../../kinds.ts';
import { parseNumber, withHelp, type ContextSource, type CommandDeclaration } from '../shared/options.ts';

interface ExampleFlags {
  readonly csv?: boolean;
  readonly picks: number;
}

const MOST_PICKS = 100_000;

export const EXAMPLE: CommandDeclaration = {
  name: 'example',
  description: 'Print a request that works on the sandbox, as JSON or as a table.',
  declare: declareExample,
};

function declareExample(command: Command, context: ContextSource): void {
  command
    .addArgument(new Argument('<kind>', 'what it asks for').choices(KIND_NAMES))
    .option('--csv', 'a table with a row for each pick')
    .option('--picks <n>', 'how many picks', parseNumber('--picks', 'bad_count', MOST_PICKS), 12);
  withHelp(command, {
    output: `The request; the same flags print the same one. It is made for the site "Example", which the sandbox
has. "optipick help request" and "optipick help csv" list every field.`,
    examples: [
      ['optipick example cluster > wave.json', 'a request to look at, change and submit'],
      ['optipick example cluster | optipick cluster submit - --wait -p sandbox', 'submit it at once'],
      ['optipick example route --csv --picks 400 > wave.csv', 'a large table'],
    ],
    failures: [['usage', 'another kind, or a number that is none']],
  });
  command.action((kind: Kind, flags: ExampleFlags) => example(context(), kind, flags));
}

async function example({ host, output }: Context, kind: Kind, { csv = false, picks }: ExampleFlags): Promise<void> {
  const [{ exampleSite }, { exampleCsv, exampleJson, exampleRequest }] = await Promise.all([
    import('../../site/example-site.ts'),
    import('../../requests/example.ts'),
  ]);
  const request = exampleRequest(kind, picks, exampleSite());
  await output.write(csv ? exampleCsv(request) : exampleJson(request));
  if (!host.stdout.isTTY) return;
  const file = csv ? 'wave.csv' : 'wave.json';
  const limit = csv && kind === 'cluster' ? ` --param max_orders=${request.parameters?.max_orders}` : '';
  await output.hint(`store it with > ${file}, then: optipick ${kind} submit ${file} --wait${limit}`);
}
