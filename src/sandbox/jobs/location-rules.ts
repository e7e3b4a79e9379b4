/** `parameters.location_regex`: rules in Python's notation that rewrite a location's name before it is looked up. */
import { type ValidationIssue, valueIssue } from '../http/http-error.ts';

/** Rewrites a name; `undefined` when no rule matches it. */
export type LocationRules = (name: string) => string | undefined;

type Rule = (name: string) => string | undefined;
/** A piece of a replacement: text as it is, or a group by number or name. */
type Piece = string | { readonly group: number | string };

/**
 * Reads the rules. How the API wants a pair written is not documented: `[pattern, replacement]` and
 * `{"pattern", "replacement"}` are both accepted. The first rule that matches wins, and replaces all its
 * matches as Python's `re.sub` does. What is wrong with a rule is added to `issues`, and the rule left out.
 */
export function readLocationRules(entries: readonly unknown[], issues: ValidationIssue[]): LocationRules {
  const rules: Rule[] = [];
  for (const [index, entry] of entries.entries()) {
    const loc = ['body', 'parameters', 'location_regex', index];
    const [pattern, replacement] = pairOf(entry);
    if (typeof pattern !== 'string' || typeof replacement !== 'string') {
      issues.push(valueIssue(loc, 'a rule is [pattern, replacement] or {"pattern": ..., "replacement": ...}'));
      continue;
    }
    try {
      rules.push(createRule(pattern, replacement));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      issues.push(valueIssue(loc, error.message));
    }
  }
  return (name) => {
    for (const rule of rules) {
      const rewritten = rule(name);
      if (rewritten !== undefined) return rewritten;
    }
    return undefined;
  };
}

function pairOf(entry: unknown): readonly unknown[] {
  if (Array.isArray(entry)) return entry.length === 2 ? entry : [];
  if (typeof entry !== 'object' || entry === null) return [];
  const { pattern, replacement } = entry as { pattern?: unknown; replacement?: unknown };
  return [pattern, replacement];
}

function createRule(pattern: string, replacement: string): Rule {
  const regex = pythonRegex(pattern);
  const groups = new RegExp(`${regex.source}|`, regex.flags).exec('');
  const pieces = piecesOf(replacement);
  for (const piece of pieces) {
    if (typeof piece === 'string') continue;
    const known =
      typeof piece.group === 'number'
        ? piece.group < (groups?.length ?? 1)
        : Object.hasOwn(groups?.groups ?? {}, piece.group);
    if (!known) throw new SyntaxError(`invalid group reference ${piece.group} in "${replacement}"`);
  }
  return (name) => {
    let matched = false;
    let result = '';
    let end = 0;
    for (const match of name.matchAll(regex)) {
      matched = true;
      result += name.slice(end, match.index);
      for (const piece of pieces) {
        if (typeof piece === 'string') result += piece;
        else result += (typeof piece.group === 'number' ? match[piece.group] : match.groups?.[piece.group]) ?? '';
      }
      end = match.index + match[0].length;
    }
    return matched ? result + name.slice(end) : undefined;
  };
}

/** Python's notation differs in named groups, `\A`, `\Z`, and leading flags such as `(?i)`. */
function pythonRegex(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const source = pattern
    .slice(flags?.[0].length ?? 0)
    .replaceAll(/\\[\s\S]|\(\?P<|\(\?P=(\w+)\)/g, (token, name: string | undefined) => {
      if (token === '(?P<') return '(?<';
      if (name !== undefined) return String.raw`\k<${name}>`;
      if (token === String.raw`\A`) return '(?<![^])';
      return token === String.raw`\Z` ? '(?![^])' : token;
    });
  return new RegExp(source, `g${[...new Set(flags?.[1])].join('')}`);
}

/** `\1`, `\12`, `\g<1>`, `\g<name>`, `\\`; any other escape is an error, as in Python. */
function piecesOf(replacement: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of replacement.matchAll(/\\(?:([1-9]\d?)|g<(\w+)>|(\\))/g)) {
    pieces.push(plainText(replacement.slice(end, match.index)));
    const [, number, name] = match;
    if (number !== undefined) pieces.push({ group: Number(number) });
    else if (name === undefined) pieces.push('\\');
    else pieces.push({ group: /^\d+$/.test(name) ? Number(name) : name });
    end = match.index + match[0].length;
  }
  pieces.push(plainText(replacement.slice(end)));
  return pieces;
}

function plainText(text: string): string {
  if (text.includes('\\')) throw new SyntaxError(`bad escape in the replacement "${text}"`);
  return text;
}
