/**
 * The time of the server, in milliseconds since 1970: several machines agree on no other. `parameter` holds a time that is
 * used instead, or NULL.
 */
export function serverTime(parameter: string): string {
  return `coalesce(${parameter}::int8, (extract(epoch FROM clock_timestamp()) * 1000)::int8)`;
}

/** The same as a table `clock` of one row, before the first query of a statement. */
export function clockOf(parameter: string): string {
  return `clock AS MATERIALIZED (SELECT ${serverTime(parameter)} AS now)`;
}
