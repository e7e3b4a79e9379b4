/** A process of its own on an inbox in a folder: `node inbox-child.ts <folder>`. See `serve-inbox.ts`. */
import { serveInbox } from '../serve-inbox.ts';
import { openInbox } from './inbox-folder.ts';

await serveInbox(openInbox(process.argv[2] ?? ''));
