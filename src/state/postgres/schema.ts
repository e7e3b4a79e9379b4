/**
 * Turns SQL in which `@` stands before the names of tables and the like into SQL with the schema written out: poolers do not
 * keep a search path.
 */
export type InSchema = (sql: string) => string;

export function inSchema(schema: string): InSchema {
  const texts = new Map<string, string>();
  return (sql) => {
    let text = texts.get(sql);
    if (text === undefined) texts.set(sql, (text = sql.replaceAll('@', `"${schema}".`)));
    return text;
  };
}

/** By which listeners notify each other of what arrives. */
export function channelOf(schema: string): string {
  return `optipick_${schema}`;
}
