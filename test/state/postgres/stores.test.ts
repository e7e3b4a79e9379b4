import { createClock } from '../../../src/platform/clock.ts';
import { createPostgresArrivals } from '../../../src/state/postgres/arrivals.ts';
import { createPostgresInbox } from '../../../src/state/postgres/inbox.ts';
import { createPostgresPostings } from '../../../src/state/postgres/postings.ts';
import { createPostgresRelayTokens } from '../../../src/state/postgres/relay-tokens.ts';
import { createPostgresSubmissions } from '../../../src/state/postgres/submissions.ts';
import { createWakeUps } from '../../../src/state/postgres/wake-ups.ts';
import { describeArrivals } from '../arrivals-contract.ts';
import { SCOPE } from '../inbox-support.ts';
import { describePostings } from '../postings-contract.ts';
import { describeRelayTokens } from '../relay-tokens-contract.ts';
import { describeSubmissions } from '../submissions-contract.ts';
import { createPostgresPlace } from './place.ts';

describeSubmissions('in PostgreSQL', () => createPostgresPlace(createPostgresSubmissions));

describePostings('in PostgreSQL', () => createPostgresPlace(createPostgresPostings));

describeRelayTokens('in PostgreSQL', () => createPostgresPlace(createPostgresRelayTokens));

describeArrivals('in PostgreSQL', () =>
  createPostgresPlace((lane, at) => {
    const clock = createClock();
    const wakeUps = createWakeUps({ lane: () => lane, schema: 'public', isOn: false, clock });
    return {
      arrivals: createPostgresArrivals({ lane, at, wakeUps, clock }),
      inbox: createPostgresInbox({ at, accepting: lane, working: lane, clock, scope: SCOPE, time: 'caller' }),
    };
  }),
);
