/** Words of this machine that can be completed: profiles, and ids that it has seen lately. */
import { join } from 'node:path';
import type { Context } from '../../context/context.ts';
import { stateFolder } from '../../settings/paths.ts';
import type { Kind } from '../../kinds.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { SqlValue } from '../../platform/host.ts';
import { STATE_FILE } from '../../state/sqlite/database.ts';
import { localDateTime } from '../../lib/text/local-time.ts';

/** `ids` are request ids, `route` and `cluster` those of one kind; `events` are svix-ids and request ids of the inbox. */
export type ListName = 'profiles' | 'ids' | Kind | 'events';

/** More is a flood. */
const MOST = 50;

/** `word<tab>description`, the newest first. Creates no file and sends no request. */
export async function knownWords(context: Context, list: ListName): Promise<readonly string[]> {
  const rows = list === 'profiles' ? await profiles(context) : await recentIds(context, list);
  return rows.filter(([word]) => /^[\w.-]+$/.test(word)).map(([word, about]) => `${word}\t${cleanText(about)}`);
}

type Row = readonly [word: string, about: string];

async function profiles({ host }: Context): Promise<readonly Row[]> {
  const stored = await host.settingsFile.read();
  return Object.entries(stored.profiles).map(([name, profile]) => [name, maskUrl(profile['base-url'] ?? 'profile')]);
}

async function recentIds(context: Context, list: Exclude<ListName, 'profiles'>): Promise<readonly Row[]> {
  const { host } = context;
  // Nobody who presses Tab waits for a network.
  if ((await context.settings()).stateUrl !== undefined) return [];
  const path = join(stateFolder(host), STATE_FILE);
  if (!(await host.files.exists(path))) return [];
  const database = await host.openDatabase(path, { readOnly: true });
  try {
    const wanted = list === 'events' ? RECEIVED : SUBMITTED;
    const values: SqlValue[] = list === 'events' ? [MOST] : [list === 'ids' ? null : list, MOST];
    const rows = database.prepare(wanted).all(...values);
    const named = rows.map((row) => [String(row['id']), aboutOf(row)] as const);
    if (list !== 'events') return named;
    // An event is found by either id.
    const requests = rows.flatMap((row) =>
      typeof row['request_id'] === 'string' ? [[row['request_id'], aboutOf(row)] as const] : [],
    );
    return [...new Map([...named, ...requests])];
  } finally {
    database.close();
  }
}

const SUBMITTED = `
  SELECT request_id AS id, kind, state, submitted_at AS at, coalesce(wave_id, site_name) AS name
  FROM submissions WHERE kind = coalesce(?, kind) ORDER BY number DESC LIMIT ?`;

const RECEIVED = `
  SELECT id, request_id, kind, received_at AS at, event AS name,
    CASE WHEN sequence IN (SELECT delivery FROM steps WHERE state = 'failed') THEN 'failed'
      WHEN sequence IN (SELECT delivery FROM steps WHERE state = 'pending') THEN 'pending' ELSE 'done' END AS state
  FROM deliveries ORDER BY sequence DESC LIMIT ?`;

/** `cluster, done, 2026-01-31 12:00, wave-7` */
function aboutOf(row: Readonly<Record<string, SqlValue>>): string {
  const { kind, state, at, name } = row as { kind: Kind | null; state: string; at: number; name: string | null };
  const minute = localDateTime(at).slice(0, 16);
  return [kind, state, minute, name].filter((part) => part !== null).join(', ');
}
