/**
 * A process of its own on an inbox: `node inbox-child.ts <folder>`. Says `ready`, then does what each line on its standard
 * input says and prints the outcome as JSON: `accept <id>...` (or the code of the failure) or `claim <owner> <number>`.
 * Lives until it is killed or its input ends.
 */
import { createInterface } from 'node:readline';

import { SHOW } from '../../src/state/delivery-steps.ts';
import { CliError } from '../../src/errors.ts';
import { NOW, deliveryOf, openInbox } from './inbox-support.ts';

const inbox = openInbox(process.argv[2] ?? '');
await inbox.counts();
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) {
  const [deed, ...words] = line.split(' ');
  const outcome = deed === 'accept' ? await accept(words) : await claim(words);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
await inbox.close();

async function accept(ids: readonly string[]): Promise<string[]> {
  // Some in one transaction, some in others: as they would arrive.
  const outcomes: string[] = [];
  for (let at = 0; at < ids.length; at += 5) {
    const group = ids.slice(at, at + 5).map((id) => inbox.accept(deliveryOf({ id }), [SHOW]).catch(codeOf));
    outcomes.push(...(await Promise.all(group)));
  }
  return outcomes;
}

async function claim([owner = '', number]: readonly string[]): Promise<string[]> {
  const claims = await inbox.claim({ owner, limits: { [SHOW]: Number(number) }, now: NOW });
  return claims.map(({ delivery }) => delivery.id);
}

function codeOf(error: unknown): string {
  if (error instanceof CliError) return error.code;
  throw error;
}
