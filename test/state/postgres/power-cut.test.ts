/**
 * A kill says nothing about power: what a process has written survives it in the memory of the kernel.
 *
 * @module-tag killing
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../../src/platform/clock.ts';
import { CliError } from '../../../src/errors.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { openPostgresState } from '../../../src/state/postgres/state.ts';
import { parseStateUrl } from '../../../src/settings/state-url.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { createPostgresServer } from '../../support/postgres-server.ts';
import { createCuttableDisk, noCuttableDisk } from '../../support/power-cut.ts';
import { deliveryOf, SCOPE } from '../inbox-support.ts';

const CUTS = 3;
const SENDERS = 32;

const missing = noCuttableDisk();

test.skipIf(missing !== undefined)(
  `what was acknowledged is there after the power was cut, three times${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: 180_000 },
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'optipick-disk-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    using disk = createCuttableDisk(root);
    const server = await createPostgresServer({ disk: disk.folder });
    const address = parseStateUrl(server.url('?migrate=auto'));
    const clock = createClock();
    const state = openPostgresState({
      address,
      openPostgres,
      password: async () => address.password ?? '',
      rootCertificates: undefined,
      clock,
      name: 'test',
    });
    try {
      const inbox = state.inbox(SCOPE);
      await inbox.counts();
      const acknowledged: string[] = [];
      let number = 0;
      for (let cut = 1; cut <= CUTS; cut += 1) {
        const until = acknowledged.length + 500;
        const sending = new AbortController();
        const send = async (): Promise<void> => {
          while (!sending.signal.aborted) {
            number += 1;
            const id = `msg_${number}`;
            try {
              await inbox.accept(deliveryOf({ id }), [SHOW]);
              acknowledged.push(id);
            } catch (error) {
              if (!(error instanceof CliError)) throw error;
            }
          }
        };
        const senders = Array.from({ length: SENDERS }, send);
        while (acknowledged.length < until) await clock.sleep(5);
        server.pause();
        disk.cut();
        sending.abort();
        await server.kill();
        await Promise.all(senders);
        disk.restore();
        await server.start();
      }
      const rows = await server.query('SELECT id FROM optipick.deliveries');
      const stored = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      expect(stored.size).toBe(rows.length);
      expect(acknowledged.length).toBeGreaterThanOrEqual(CUTS * 500);
    } finally {
      await state.close();
      await server.end();
    }
  },
);
