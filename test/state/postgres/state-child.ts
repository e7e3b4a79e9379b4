/** A process of its own on a whole state, by the clock of the server: `node state-child.ts <address>`. See `serve-inbox.ts`. */
import { createClock } from '../../../src/platform/clock.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { parseStateUrl } from '../../../src/settings/state-url.ts';
import { openPostgresState } from '../../../src/state/postgres/state.ts';
import { SCOPE } from '../inbox-support.ts';
import { serveInbox } from '../serve-inbox.ts';

const address = parseStateUrl(process.argv[2] ?? '');
const state = openPostgresState({
  address,
  openPostgres,
  password: async () => address.password ?? '',
  rootCertificates: undefined,
  clock: createClock(),
  name: 'child',
});
await serveInbox(state.inbox(SCOPE));
