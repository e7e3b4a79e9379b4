/** A process of its own on an inbox in a schema: `node inbox-child.ts <address>`. See `serve-inbox.ts`. */
import { serveInbox } from '../serve-inbox.ts';
import { inboxAt } from './place.ts';

await serveInbox(inboxAt(process.argv[2] ?? ''));
