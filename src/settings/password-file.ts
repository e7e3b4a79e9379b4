/** The password file of PostgreSQL. Format: PostgreSQL documentation, "The Password File". Pure. */
import type { StateAddress } from './state-url.ts';

/** The password of the first line that fits; `undefined` when none does. */
export function findPassword(text: string, { hosts, database, user }: StateAddress): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const [host, port, name, role, password] = fieldsOf(line);
    const fits = (field: string | undefined, value: string): boolean => field === '*' || field === value;
    const isHost = hosts.some((each) => fits(host, nameOf(each.host)) && fits(port, String(each.port)));
    if (isHost && fits(name, database) && fits(role, user) && password !== undefined) return password;
  }
  return undefined;
}

/** Of a Unix socket the file says `localhost`. */
function nameOf(host: string): string {
  return host.startsWith('/') ? 'localhost' : host;
}

/** `:` and `\` in a field have a `\` before them. */
function fieldsOf(line: string): readonly string[] {
  const fields = line.split(/(?<=(?:^|[^\\])(?:\\\\)*):/).map((field) => field.replace(/:$/, ''));
  return fields.map((field) => field.replaceAll(/\\([\\:])/g, '$1'));
}
