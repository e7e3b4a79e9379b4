/**
 * `listen --relay` of the built program against a relay that sends far more than it should. Raw sockets.
 *
 * @module-tag killing
 */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { SECRET, payloadOf, signedHeaders, startListener } from '../support/listener.ts';
import { HEADROOM, peakMemory, TELLS_PEAK } from '../support/memory.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startRawRelay, textFrame, type RawLink } from '../support/raw-relay.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const BODY = payloadOf('67507ad05e593173d0313e0f');

function eventFrame(id: string, headers: object, body = BODY): Buffer {
  const data = { id, method: 'POST', headers, body: Buffer.from(body).toString('base64') };
  return textFrame(JSON.stringify({ type: 'event', version: 1, data }));
}

/** Of each kind that is rejected, `count` together. */
function badFrames(count: number, body: string): Buffer {
  const forged = signedHeaders({ id: 'msg_bad', body, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' });
  const kinds = [
    eventFrame('unsigned', { 'content-type': 'application/json' }, body),
    eventFrame('forged', forged, body),
    textFrame('{"type":"event","version":1,"data":{"id":"unreadable","method":"POST","headers":{},"body":"*"}}'),
  ];
  return Buffer.concat(Array.from({ length: count }, (_, index) => kinds[index % kinds.length] ?? Buffer.alloc(0)));
}

/** Sends `rounds` times all of `bad`, and after each of them a good event. */
async function flood(link: RawLink, bad: Buffer, rounds: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let round = 0; round < rounds && (await link.write(bad)); round += 1) {
    const id = `msg_good_${round}`;
    await link.write(eventFrame(id, signedHeaders({ id, body: BODY, secret: SECRET })));
    ids.push(id);
  }
  return ids;
}

test.skipIf(!TELLS_PEAK).each([
  ['120,000 small events', badFrames(1000, BODY), 120],
  ['600 events of 1 MB', badFrames(6, JSON.stringify({ text: 'x'.repeat(1_000_000) })), 100],
])(
  'A10: %s that are rejected take little memory, and good events among them are accepted',
  async (_, bad, rounds) => {
    const started = Promise.withResolvers<RawLink>();
    await using relay = await startRawRelay((link) => started.resolve(link));
    const env = { OPTIPICK_RELAY_URL: relay.url };
    await using listener = await startListener(workplace, ['--no-fetch', '--relay'], { env, timeoutMs: 120_000 });
    const idle = peakMemory(listener.pid);
    const link = await started.promise;
    const good = await flood(link, bad, rounds);
    const accepted = (): string[] => link.answers.filter(({ data }) => data.status === 204).map(({ data }) => data.id);
    await expect.poll(accepted, { timeout: 60_000 }).toEqual(good);
    expect(relay.links).toHaveLength(1);
    expect(peakMemory(listener.pid) - idle).toBeLessThan(HEADROOM);

    listener.kill('SIGTERM');
    const { stderr } = await listener.ended;
    const warnings = stderr.split('\n').filter((line) => line.includes('cannot be read'));
    const [first, ...more] = warnings;
    expect(first).toBe('warning: an event from the relay cannot be read');
    const counts = more.map((line) =>
      Number(/^warning: (\d+) more events? from the relay cannot be read$/.exec(line)?.[1]),
    );
    const unreadable = link.answers.filter(({ data }) => data.id === 'unreadable').length;
    expect(1 + counts.reduce((sum, count) => sum + count, 0)).toBe(unreadable);
  },
  120_000,
);
