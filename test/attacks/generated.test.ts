/**
 * The unforeseen: requests drawn from a seed, each judged by the vendor's library before it is sent.
 *
 * @module-tag generated
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { tortureWithRequests } from '../support/request-torture.ts';

const REQUESTS = 10_000;
/** Again with: `npm run torture -- --requests 10000 --seed <seed>`. */
const SEED = Date.now() % 1_000_000;

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

test(
  `of 10,000 generated requests (seed ${SEED}) the genuine ones are accepted, and nothing else`,
  { timeout: 300_000 },
  async () => {
    const report = await tortureWithRequests(workplace, { requests: REQUESTS, seed: SEED });
    const { genuine, answers, wrong, lost, unexpected, memoryMb, code, stderr } = report;
    expect({ wrong, lost, unexpected, code }).toEqual({ wrong: [], lost: [], unexpected: [], code: 143 });
    expect(answers['204']).toBe(genuine);
    // Both kinds were there, and of the rejections every one that a request can bring about.
    expect(genuine).toBeGreaterThan(REQUESTS / 10);
    expect(Object.keys(answers)).toEqual(expect.arrayContaining(['400', '401', '404', '405', '413', '415', '431']));
    expect(stderr).not.toMatch(/^\s+at /m);
    if (memoryMb !== undefined) expect(memoryMb.most).toBeLessThan(memoryMb.before + 200);
  },
);
