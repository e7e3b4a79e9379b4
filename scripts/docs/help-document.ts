/** The command tree as `optipick help --json` prints it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface CommandDocument {
  readonly name: string;
  readonly path: readonly string[];
  readonly group: string | null;
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly choices: readonly string[] | null;
  }[];
  readonly options: readonly OptionDocument[];
  readonly output: string | null;
  readonly examples: readonly { readonly command: string; readonly purpose: string }[];
  readonly environment: readonly { readonly name: string; readonly purpose: string }[];
  readonly exit_codes: readonly { readonly code: number; readonly name: string; readonly meaning?: string }[];
  readonly subcommands: readonly CommandDocument[];
}

export interface OptionDocument {
  readonly group: string | null;
  readonly flags: string;
  readonly long: string | null;
  readonly description: string;
  readonly value: string | null;
  readonly default: string | number | boolean | null;
  readonly choices: readonly string[] | null;
  readonly env: string | null;
}

export interface HelpDocument extends CommandDocument {
  readonly version: string;
  readonly topics: readonly { readonly name: string; readonly title: string }[];
}

const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Asks the program itself, from its sources. */
export async function readHelpDocument(): Promise<HelpDocument> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'help', '--json'], {
    maxBuffer: 16_000_000,
  });
  return JSON.parse(stdout) as HelpDocument;
}

/** A command and all below it, in the order of help. */
export function withSubcommands(command: CommandDocument): readonly CommandDocument[] {
  return [command, ...command.subcommands.flatMap(withSubcommands)];
}

/** `optipick cluster submit`. */
export function fullName({ path }: CommandDocument): string {
  return ['optipick', ...path].join(' ');
}

/** What the text of an option or argument does not say itself: the words to choose from, the default. */
export function factsOf({
  description,
  choices,
  value,
  default: normal,
}: Pick<OptionDocument, 'description' | 'choices'> & Partial<OptionDocument>): readonly string[] {
  return [
    ...(choices?.every((choice) => description.includes(choice)) === false ? [choices.join(', ')] : []),
    ...((value ?? null) !== null && (normal ?? null) !== null ? [`default: ${normal}`] : []),
  ];
}

/** Options of its own, by group; those of every command are described once. */
export function optionGroups(
  command: CommandDocument,
): readonly (readonly [group: string | null, options: readonly OptionDocument[]])[] {
  const own = command.options.filter(({ long }) => command.path.length === 0 || long !== '--help');
  return [...Map.groupBy(own, ({ group }) => group)];
}
