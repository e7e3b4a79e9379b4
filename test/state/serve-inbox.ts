/**
 * What a process does that tests start on an inbox. Says `ready`, then does what each line on its standard input says and
 * prints the outcome as JSON: `accept <id>...` (or the code of the failure) or `claim <owner> <number>`. Lives until it is
 * killed or its input ends.
 */
import { createInterface } from 'node:readline';

import { SHOW } from '../../src/state/delivery-steps.ts';
import { CliError } from '../../src/errors.ts';
import type { Inbox } from '../../src/state/inbox.ts';
import { NOW, deliveryOf } from './inbox-support.ts';

export async function serveInbox(inbox: Inbox): Promise<void> {
  await inbox.counts();
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [deed, ...words] = line.split(' ');
    const outcome = deed === 'accept' ? await accept(inbox, words) : await claim(inbox, words);
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  }
  await inbox.close();
}

async function accept(inbox: Inbox, ids: readonly string[]): Promise<string[]> {
  // Some in one transaction, some in others: as they would arrive.
  const outcomes: string[] = [];
  for (let at = 0; at < ids.length; at += 5) {
    const group = ids.slice(at, at + 5).map((id) => inbox.accept(deliveryOf({ id }), [SHOW]).catch(codeOf));
    outcomes.push(...(await Promise.all(group)));
  }
  return outcomes;
}

async function claim(inbox: Inbox, [owner = '', number]: readonly string[]): Promise<string[]> {
  const claims = await inbox.claim({ owner, limits: { [SHOW]: Number(number) }, now: NOW });
  return claims.map(({ delivery }) => delivery.id);
}

function codeOf(error: unknown): string {
  if (error instanceof CliError) return error.code;
  throw error;
}
