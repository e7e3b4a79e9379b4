/**
 * A process of its own on an inbox: `node inbox-child.ts <folder> accept|claim <owner> <number>`. Says `ready`, waits for a
 * byte on its standard input, does it, and prints the outcome as JSON. After `claim` it goes on living until it is killed.
 */
import { NOW, deliveryOf, openInbox } from './inbox-support.ts';

const [folder = '', deed = '', owner = '', number = '1'] = process.argv.slice(2);
const inbox = openInbox(folder);
await inbox.counts();
process.stdout.write('ready\n');
await new Promise((resolve) => {
  process.stdin.once('data', resolve);
});

if (deed === 'accept') {
  const ids = Array.from({ length: Number(number) }, (_, index) => `msg_${index}`);
  // Some in one transaction, some in others: as they would come in.
  const outcomes: string[] = [];
  for (let at = 0; at < ids.length; at += 5) {
    outcomes.push(...(await Promise.all(ids.slice(at, at + 5).map((id) => inbox.accept(deliveryOf({ id }))))));
  }
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
  process.stdin.destroy();
} else {
  const entries = await inbox.claim({ owner, limit: Number(number), now: NOW });
  process.stdout.write(`${JSON.stringify(entries.map((entry) => entry.id))}\n`);
  process.stdin.resume();
}
