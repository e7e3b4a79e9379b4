/** What goes wrong around listeners, by turns. */
import { once, type EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../src/lib/seeded-random.ts';
import type { FakedClock } from './faked-clock.ts';
import type { Workplace } from './program.ts';
import type { SmallDisk } from './small-disk.ts';
import { lockState } from './state-lock.ts';
import type { SupervisedListener } from './supervised-listener.ts';
import type { TroubledCommand } from './troubled-command.ts';
import type { TroubledTarget } from './troubled-target.ts';

/** Something that goes wrong, and then right again. */
export interface Trouble {
  readonly name: string;
  run(random: Random): Promise<void>;
}

/** What can happen to one thing: one trouble after the other. */
export interface Lane {
  readonly troubles: readonly Trouble[];
  /** Between two of them, at most. */
  readonly restMs: number;
}

/** What the work is at when a listener is killed: an attempt of the sender, a request to a target, its answer. */
export type Moments = EventEmitter<Record<'accept' | 'claim' | 'settle', []>>;

/** The longest wait for a moment. */
const MOMENT_MS = 1000;

/** Makes each trouble in its turn, until the time is up, but each at least once. The same `random` makes the same. */
export async function makeTrouble(
  { troubles, restMs }: Lane,
  random: Random,
  timeUp: AbortSignal,
  onTrouble: (name: string) => void,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    for (const trouble of shuffled(troubles, random)) {
      await rest(random.below(restMs), timeUp);
      if (timeUp.aborted && round > 1) return;
      onTrouble(trouble.name);
      await trouble.run(random);
    }
  }
}

function shuffled<T>(things: readonly T[], random: Random): readonly T[] {
  return things
    .map((thing) => ({ thing, at: random.next() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ thing }) => thing);
}

/** A pause that nothing lengthens beyond the end. */
export async function rest(ms: number, over: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: over }).catch(() => undefined);
}

export function troublesOfListener(listener: SupervisedListener, moments: Moments): Lane {
  const restart = async (signal: 'SIGKILL' | 'SIGTERM', random: Random): Promise<void> => {
    await listener.end(signal);
    if (random.below(2) === 0) await pause(random.below(3000));
    await listener.start();
  };
  const killAt = (moment: 'accept' | 'claim' | 'settle'): Trouble => ({
    name: `SIGKILL in ${moment}`,
    async run(random) {
      await once(moments, moment, { signal: AbortSignal.timeout(MOMENT_MS) }).catch(() => undefined);
      await pause(random.below(5));
      await restart('SIGKILL', random);
    },
  });
  return {
    restMs: 2000,
    troubles: [
      killAt('accept'),
      killAt('claim'),
      killAt('settle'),
      {
        name: 'SIGKILL in start',
        async run(random) {
          await restart('SIGKILL', random);
          await pause(random.below(500));
          await restart('SIGKILL', random);
        },
      },
      { name: 'SIGTERM', run: (random) => restart('SIGTERM', random) },
      { name: 'SIGSTOP', run: (random) => listener.freeze(500 + random.below(6500)) },
    ],
  };
}

export function troublesOfTarget(target: TroubledTarget): Lane {
  return {
    restMs: 4000,
    troubles: [
      { name: 'target answers 500', run: (random) => target.fail(500 + random.below(3000)) },
      { name: 'target hangs', run: (random) => target.hang(500 + random.below(3000)) },
      { name: 'target down', run: (random) => target.goDown(500 + random.below(3000)) },
    ],
  };
}

export function troublesOfCommand(command: TroubledCommand): Lane {
  return {
    restMs: 4000,
    troubles: [
      { name: 'command fails', run: (random) => command.fail(500 + random.below(3000)) },
      { name: 'command hangs', run: (random) => command.hang(500 + random.below(5000)) },
    ],
  };
}

export function troublesOfState(workplace: Workplace): Lane {
  return {
    restMs: 12_000,
    troubles: [
      {
        name: 'state locked',
        async run(random) {
          // A full disk may have no place for the lock.
          await using _lock = await lockState(workplace).catch(() => undefined);
          await pause(500 + random.below(7000));
        },
      },
    ],
  };
}

export function troublesOfClock(clock: FakedClock): Lane {
  return {
    restMs: 3000,
    troubles: (['-1h', '+1d', '+40d'] as const).map((offset) => ({
      name: `clock ${offset}`,
      async run(random) {
        clock.set(offset);
        await pause(500 + random.below(5000));
        clock.set('+0');
      },
    })),
  };
}

export function troublesOfDisk(disk: SmallDisk): Lane {
  return {
    restMs: 8000,
    troubles: [
      {
        name: 'disk full',
        async run(random) {
          disk.fill();
          await pause(500 + random.below(2000));
          disk.free();
        },
      },
    ],
  };
}
