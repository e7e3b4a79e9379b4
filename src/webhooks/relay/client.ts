/** Receives webhooks through a relay, and stays connected to it. */
import { formatDuration } from '../../lib/text/numbers.ts';
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import type { Http } from '../../lib/net/http.ts';
import { RELAY_MESSAGE_BYTES } from '../../limits.ts';
import type { Clock, Host, WebSocketLink } from '../../platform/host.ts';
import { createRelayAnswers } from './answers.ts';
import { answerFrame, readRelayFrame, startFrame } from './frames.ts';
import type { RelayTiming } from './timing.ts';

/** RFC 6455, 7.4.1: the relay refuses the token, for example because somebody else listens with it. */
const POLICY_VIOLATION = 1008;
const NORMAL = 1000;
const GOING_AWAY = 1001;

/** How a link ended. */
interface Ended {
  readonly code: number;
  readonly reason: string;
  /** Whether the relay acknowledged the token on it. */
  readonly acknowledged: boolean;
  /** Whether it was open: then the relay may still hold the token for it. */
  readonly opened: boolean;
}

export type RefusalKind = 'unreachable' | 'refused';

export interface RelayEvents {
  /** The relay has acknowledged the token: at the start, and after each drop. */
  connected(token: string): void;
  /** Once for each drop. */
  dropped(reason: string): void;
  /**
   * Why connecting fails, at the start or after a drop, once for each kind: the relay refuses, or is not reachable. The
   * client retries.
   */
  refused(reason: string, kind: RefusalKind): void;
  /** An event is malformed. The relay can cause any number of these. */
  unreadable(): void;
  /** The token was replaced; `reason`: why the relay refused it. */
  rotated(token: string, reason: string): void;
  /** The receiver failed: a bug. */
  failed(error: unknown): void;
}

export interface RelayOptions {
  readonly connect: Host['connectWebSocket'];
  readonly url: URL;
  readonly token: string;
  /** The user gave the token: it is never replaced. */
  readonly pinned: boolean;
  /** The token is new: a refusal cannot be about a dead link of our own. */
  readonly fresh: boolean;
  /** Creates the token that replaces one that somebody else holds. */
  readonly makeToken: () => string;
  readonly app: Http;
  /** The path of the receiver. */
  readonly path: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly timing: RelayTiming;
  /** Resolves when all output has been read. Must not reject. */
  readonly printed?: (() => Promise<void>) | undefined;
  /** The largest body that the receiver accepts, in bytes: a message with a larger one ends the link. */
  readonly maxBodyBytes?: number | undefined;
  readonly events: RelayEvents;
}

/**
 * Runs until `stop` is aborted, and reconnects as often as needed. Then the last events are answered, and the link is
 * closed. Protocol: the source of Svix's own clients.
 */
export async function runRelay(options: RelayOptions, stop: AbortSignal): Promise<void> {
  const { clock, timing, events, random } = options;
  const answers = createRelayAnswers({
    app: options.app,
    path: options.path,
    clock,
    answerMs: timing.answerMs,
    onFailure: (error) => events.failed(error),
  });
  let { token, fresh } = options;
  let failures = 0;
  let connectedAt: number | undefined;
  /** The refusals that were reported since the last change of state. */
  const reported = new Set<RefusalKind>();
  /** For how long the token has been refused. */
  let refusedMs = 0;

  while (!stop.aborted) {
    connectedAt = undefined;
    const startedAt = clock.monotonic();
    const ended = await runLink({ ...options, token }, answers, stop, (acknowledged) => {
      reported.clear();
      refusedMs = 0;
      fresh = false;
      connectedAt = clock.monotonic();
      token = acknowledged;
      events.connected(token);
    });
    if (stop.aborted) break;
    const refused = ended.code === POLICY_VIOLATION;
    if (ended.acknowledged) {
      events.dropped(ended.reason);
      reported.add('unreachable');
      // After links that never last the pauses keep growing.
      if (connectedAt !== undefined && clock.monotonic() - connectedAt >= timing.stableMs) failures = 0;
    }
    if (refused && !options.pinned && (fresh || refusedMs >= timing.tokenHeldMs)) {
      token = options.makeToken();
      fresh = true;
      refusedMs = 0;
      events.rotated(token, ended.reason);
    } else if (!ended.acknowledged) {
      const kind = refused ? 'refused' : 'unreachable';
      if (!reported.has(kind)) events.refused(ended.reason, kind);
      reported.add(kind);
      // The next refusal may be about this link.
      if (ended.opened) fresh = false;
    }
    const [shortest = 0] = timing.pausesMs;
    const longest = timing.pausesMs[Math.min(failures, timing.pausesMs.length - 1)] ?? shortest;
    const hungMs = ended.acknowledged ? 0 : clock.monotonic() - startedAt;
    const pause = Math.max(shortest, longest - hungMs) * (1 - random() / 2);
    failures += 1;
    if (refused) refusedMs += pause;
    try {
      await clock.sleep(pause, stop);
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }
}

/** Opens one link, and resolves when it has ended. */
async function runLink(
  { connect, url, token, clock, timing, events, printed, maxBodyBytes = 0 }: RelayOptions,
  answers: ReturnType<typeof createRelayAnswers>,
  stop: AbortSignal,
  onAcknowledged: (token: string) => void,
): Promise<Ended> {
  const closed = Promise.withResolvers<Ended>();
  const over = new AbortController();
  let acknowledged = false;
  const startedAt = clock.monotonic();
  let openedAt: number | undefined;
  let lastHeard = { monotonic: startedAt, wall: clock.now(), bytes: 0 };
  const hear = (bytes: number): void => {
    lastHeard = { monotonic: clock.monotonic(), wall: clock.now(), bytes };
  };
  const end = (code: number, reason: string): void => {
    over.abort();
    closed.resolve({
      code,
      reason: reason === '' ? closeReason(code) : reason,
      acknowledged,
      opened: openedAt !== undefined,
    });
  };

  // An event may arrive before `connect` returns the link.
  const live: { link?: WebSocketLink } = {};
  let paused = false;
  /** Stops reading while too many events take up memory. */
  const holdBack = async (): Promise<void> => {
    if (paused || !answers.isFull) return;
    paused = true;
    live.link?.pause();
    await answers.room();
    // Output takes up memory too; but a reader that has stopped must not stop the relay.
    if (printed !== undefined) await waitAtMost(clock, timing.printMs, printed());
    paused = false;
    live.link?.resume();
  };
  const current = await connect(
    url.href,
    {
      open() {
        openedAt = clock.monotonic();
        // The handshake counts as a sign of life.
        hear(live.link?.received() ?? 0);
        live.link?.send(startFrame(token));
      },
      alive: () => hear(live.link?.received() ?? 0),
      message(bytes) {
        const frame = readRelayFrame(bytes);
        if (frame.type === 'start' && !acknowledged) {
          acknowledged = true;
          onAcknowledged(frame.token);
          // Events of the link before may still be answered.
          void holdBack();
        } else if (frame.type === 'event') {
          // Also before the acknowledgement, as a sender is waiting.
          answers.answer(frame.request, (text) => live.link?.send(text));
          void holdBack();
        } else if (frame.type === 'malformed') {
          events.unreadable();
          if (frame.id === undefined) return;
          live.link?.send(answerFrame({ id: frame.id, status: 400, headers: {}, body: new Uint8Array(0) }));
        }
      },
      close: end,
    },
    {
      handshakeTimeoutMs: timing.handshakeMs,
      maxMessageBytes: RELAY_MESSAGE_BYTES + Math.ceil((maxBodyBytes * 4) / 3),
    },
  );
  live.link = current;
  if (paused) current.pause();
  // It may have opened before `connect` returned.
  if (openedAt !== undefined && !acknowledged) current.send(startFrame(token));

  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(timing.watchMs, over.signal);
      const cut = (reason: string): void => {
        end(GOING_AWAY, reason);
        current.cut();
      };
      // A large frame over a slow line delays the pings: its bytes are a sign of life.
      if (current.received() !== lastHeard.bytes) hear(current.received());
      // Only one of the two clocks counts the sleep of a laptop.
      const silence = Math.max(clock.monotonic() - lastHeard.monotonic, clock.now() - lastHeard.wall);
      if (openedAt === undefined) {
        if (clock.monotonic() - startedAt >= timing.handshakeMs) cut('the handshake with the relay takes too long');
      } else if (!acknowledged && clock.monotonic() - openedAt >= timing.acknowledgementMs) {
        cut('the relay does not acknowledge the token');
      } else if (silence >= timing.silenceMs) {
        cut(`nothing arrived from the relay for ${formatDuration(silence)}`);
      }
    }
  };
  watch().catch(() => undefined);

  const onStop = (): void => {
    void waitAtMost(clock, timing.drainMs, answers.drained()).finally(() => {
      current.close(NORMAL, '');
      end(NORMAL, 'closed');
    });
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  try {
    return await closed.promise;
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function closeReason(code: number): string {
  return code === POLICY_VIOLATION ? 'the relay refused the token' : `the relay closed the link (${code})`;
}
