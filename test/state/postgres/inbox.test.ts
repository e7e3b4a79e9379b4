import { describeInbox } from '../inbox-contract.ts';
import { createInboxPlace } from './place.ts';

describeInbox('in PostgreSQL', createInboxPlace);
