/** The manual: a page for the program and for each command, in the macros of man(7). */
import { factsOf, fullName, optionGroups, withSubcommands } from './help-document.ts';
import type { CommandDocument, HelpDocument } from './help-document.ts';
import { capitalized } from '../../src/lib/text/capitalized.ts';
import { fill } from '../../src/lib/text/wrap.ts';
import { partsOf } from './markdown.ts';

/** Pages by their path. `date`: RFC 3339; mandoc warns of a page without one. */
export function manPages(root: HelpDocument, date: string): ReadonlyMap<string, string> {
  return new Map(
    withSubcommands(root).map((command) => [`man/${pageName(command)}.1`, manPage(command, root, date)] as const),
  );
}

function pageName(command: CommandDocument): string {
  return fullName(command).replaceAll(' ', '-');
}

function manPage(command: CommandDocument, root: HelpDocument, date: string): string {
  const name = pageName(command);
  const isRoot = command === root;
  const codes = command.exit_codes.map(
    ({ code, name, meaning }) => [String(code), meaning === undefined || meaning === name ? name : meaning] as const,
  );
  return [
    `.TH ${name.toUpperCase()} 1 ${date} "optipick ${root.version}" "optipick manual"`,
    '.SH NAME',
    `${line(name)} \\- ${line(command.description.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${line(fullName(command))}`,
    line(command.usage.slice(fullName(command).length).trim()),
    '.SH DESCRIPTION',
    ...text(command.description),
    ...section('COMMANDS', items(command.subcommands.map((one) => [one.name, one.description]))),
    ...section('ARGUMENTS', items(command.arguments.map((one) => [one.name, described(one)]))),
    ...section('OPTIONS', [
      ...optionGroups(command).flatMap(([group, options]) =>
        (group === null || isRoot ? [] : [`.SS ${line(group)}`]).concat(
          items(options.map((one) => [one.flags, described(one)])),
        ),
      ),
      ...(isRoot ? [] : ['.PP', 'The global options of', '.BR optipick (1)', 'are valid here, too.']),
    ]),
    ...section('OUTPUT', paragraphs(command.output ?? '')),
    ...section('ENVIRONMENT', items(command.environment.map((one) => [one.name, one.purpose]))),
    ...section('EXIT STATUS', items(codes)),
    ...section(
      'EXAMPLES',
      command.examples.flatMap(({ command: typed, purpose }) => [
        '.PP',
        line(`${capitalized(purpose)}:`),
        ...code([typed]),
      ]),
    ),
    ...section('SEE ALSO', seeAlso(command, root)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  // A paragraph right behind a heading is none of its own.
  return lines.length === 0 ? [] : [`.SH ${title}`, ...(lines[0] === '.PP' ? lines.slice(1) : lines)];
}

function items(rows: readonly (readonly [term: string, meaning: string])[]): readonly string[] {
  return rows.flatMap(([term, meaning]) => ['.TP', `.B ${line(term)}`, ...text(meaning)]);
}

function paragraphs(written: string): readonly string[] {
  return partsOf(written).flatMap(({ isCode, lines }) =>
    isCode ? code(lines) : lines.flatMap((paragraph) => ['.PP', ...text(paragraph)]),
  );
}

function code(lines: readonly string[]): readonly string[] {
  return ['.PP', '.RS 4', '.EX', ...lines.map(line), '.EE', '.RE'];
}

function described(of: Parameters<typeof factsOf>[0]): string {
  return [of.description, ...factsOf(of).map((fact) => `(${fact})`)].join(' ');
}

/** The page above, those beside and those below it. */
function seeAlso(command: CommandDocument, root: HelpDocument): readonly string[] {
  const above = command.path.slice(0, -1).join(' ');
  const all = withSubcommands(root);
  const near = all.filter((one) => {
    const itsAbove = one.path.slice(0, -1).join(' ');
    return one !== command && one.path.length > 0 && (itsAbove === above || itsAbove === command.path.join(' '));
  });
  const parent = all.find((one) => one.path.length < command.path.length && one.path.join(' ') === above);
  const pages = [...new Set([...(parent === undefined ? [] : [parent]), ...near])].map(pageName).toSorted();
  return pages.map((page, index) => `.BR ${line(page)} (1)${index < pages.length - 1 ? ' ,' : ''}`);
}

/** A paragraph, in lines as roff wants them. */
function text(paragraph: string): readonly string[] {
  return fill(paragraph.split(/\s+/), 70).map(line);
}

/** A text as one line of roff. */
function line(written: string): string {
  const safe = written
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('"', String.raw`\(dq`);
  return safe.replace(/^(?=[.'])/, String.raw`\&`);
}
