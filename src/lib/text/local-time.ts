/** Times for people: those of the zone of this machine. */

/** `14:03:59`. `at`: milliseconds since 1970. */
export function localTime(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
}

/** `2026-01-02 14:03:59`. `at`: milliseconds since 1970. */
export function localDateTime(at: number): string {
  const time = new Date(at);
  const day = [String(time.getFullYear()), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())].join('-');
  return `${day} ${localTime(at)}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}
