/** Receives webhooks through a relay, and stays connected to it. */
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import type { Http } from '../../lib/net/http.ts';
import { RELAY_MESSAGE_BYTES } from '../../limits.ts';
import type { Clock, Host, WebSocketLink } from '../../platform/host.ts';
import { createRelayAnswers } from './answers.ts';
import { answerFrame, readRelayFrame, startFrame } from './frames.ts';
import type { RelayTiming } from './timing.ts';

/** RFC 6455, 7.4.1: the relay refuses the token, for one because somebody else listens with it. */
const POLICY_VIOLATION = 1008;
const NORMAL = 1000;
const GOING_AWAY = 1001;

/** What a link ended by. */
interface Ended {
  readonly code: number;
  readonly reason: string;
  /** Whether the relay had acknowledged the token on it. */
  readonly acknowledged: boolean;
  /** Whether it was open, so that the relay may hold the token for it although it is gone. */
  readonly opened: boolean;
}

export type RefusalKind = 'unreachable' | 'refused';

export interface RelayEvents {
  /** The relay has acknowledged a token, and names it: at the beginning, and after each drop. */
  connected(token: string): void;
  /** Once for each drop. */
  dropped(reason: string): void;
  /**
   * At the beginning, or after a drop, once of each kind: why it does not get through, `refused` by the relay itself or
   * not having reached it. It is tried on.
   */
  refused(reason: string, kind: RefusalKind): void;
  /** An event cannot be read. The relay can cause any number of these. */
  unreadable(): void;
  /** The token was given up for another one; `reason`: why it was refused at last. */
  rotated(token: string, reason: string): void;
  /** The receiver failed as it must not. */
  failed(error: unknown): void;
}

export interface RelayOptions {
  readonly connect: Host['connectWebSocket'];
  readonly url: URL;
  readonly token: string;
  /** The user gave it: it is never given up. */
  readonly pinned: boolean;
  /** Just made: when somebody holds it, it cannot be a link of our own that is not known to be dead yet. */
  readonly fresh: boolean;
  /** A new one, in the place of one that somebody else holds. */
  readonly makeToken: () => string;
  readonly app: Http;
  /** The path at which the receiver listens. */
  readonly path: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly timing: RelayTiming;
  /** Resolves when all that was printed has been taken by its reader. Must not reject. */
  readonly printed?: (() => Promise<void>) | undefined;
  /** Largest body that the receiver takes, in bytes: a message that is longer than one with such a body costs the link. */
  readonly maxBodyBytes?: number | undefined;
  readonly events: RelayEvents;
}

/**
 * Runs until `stop` is aborted, and reconnects for as long as that takes. Then what is on its way is answered, and the
 * link closed. Protocol: the source of Svix's own clients.
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
  /** What was said since the last change of the state. */
  const said = new Set<RefusalKind>();
  /** How long the token has been refused. */
  let refusedMs = 0;

  while (!stop.aborted) {
    connectedAt = undefined;
    const begunAt = clock.monotonic();
    const ended = await runLink({ ...options, token }, answers, stop, (acknowledged) => {
      said.clear();
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
      said.add('unreachable');
      // A link that never lasts is not tried ten times a second.
      if (connectedAt !== undefined && clock.monotonic() - connectedAt >= timing.stableMs) failures = 0;
    }
    if (refused && !options.pinned && (fresh || refusedMs >= timing.tokenHeldMs)) {
      token = options.makeToken();
      fresh = true;
      refusedMs = 0;
      events.rotated(token, ended.reason);
    } else if (!ended.acknowledged) {
      const kind = refused ? 'refused' : 'unreachable';
      if (!said.has(kind)) events.refused(ended.reason, kind);
      said.add(kind);
      // The next refusal may be about a link of our own.
      if (ended.opened) fresh = false;
    }
    const [shortest = 0] = timing.pausesMs;
    const longest = timing.pausesMs[Math.min(failures, timing.pausesMs.length - 1)] ?? shortest;
    const hungMs = ended.acknowledged ? 0 : clock.monotonic() - begunAt;
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

/** One link from its first packet to its end. */
async function runLink(
  { connect, url, token, clock, timing, events, printed, maxBodyBytes = 0 }: RelayOptions,
  answers: ReturnType<typeof createRelayAnswers>,
  stop: AbortSignal,
  onAcknowledged: (token: string) => void,
): Promise<Ended> {
  const closed = Promise.withResolvers<Ended>();
  const over = new AbortController();
  let acknowledged = false;
  const begunAt = clock.monotonic();
  let openedAt: number | undefined;
  let heard = { monotonic: begunAt, wall: clock.now(), bytes: 0 };
  const hear = (bytes: number): void => {
    heard = { monotonic: clock.monotonic(), wall: clock.now(), bytes };
  };
  const end = (code: number, reason: string): void => {
    over.abort();
    closed.resolve({
      code,
      reason: reason === '' ? wordsFor(code) : reason,
      acknowledged,
      opened: openedAt !== undefined,
    });
  };

  // An event may come before the link itself is handed over.
  const live: { link?: WebSocketLink } = {};
  let paused = false;
  /** Reads no further while too many events take up memory. */
  const holdBack = async (): Promise<void> => {
    if (paused || !answers.isFull) return;
    paused = true;
    live.link?.pause();
    await answers.room();
    // So does what the events made this program print; but a reader that has stopped must not stop the relay.
    if (printed !== undefined) await waitAtMost(clock, timing.printMs, printed());
    paused = false;
    live.link?.resume();
  };
  const current = await connect(
    url.href,
    {
      open() {
        openedAt = clock.monotonic();
        // The handshake is the first that comes from the relay.
        hear(live.link?.received() ?? 0);
        live.link?.send(startFrame(token));
      },
      alive: () => hear(live.link?.received() ?? 0),
      message(bytes) {
        const frame = readRelayFrame(bytes);
        if (frame.type === 'start' && !acknowledged) {
          acknowledged = true;
          onAcknowledged(frame.token);
          // There may be events of the link before.
          void holdBack();
        } else if (frame.type === 'event') {
          // Also before the acknowledgement: a sender is waiting.
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
  // It may have opened before there was anything to send with.
  if (openedAt !== undefined && !acknowledged) current.send(startFrame(token));

  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(timing.lookMs, over.signal);
      const cut = (reason: string): void => {
        end(GOING_AWAY, reason);
        current.cut();
      };
      // A large frame over a slow line is no frame before its end, and holds up the pings.
      if (current.received() !== heard.bytes) hear(current.received());
      // A laptop that slept has not counted its sleep on one clock, but on the other.
      const silence = Math.max(clock.monotonic() - heard.monotonic, clock.now() - heard.wall);
      if (openedAt === undefined) {
        if (clock.monotonic() - begunAt >= timing.handshakeMs) cut('the handshake with the relay takes too long');
      } else if (!acknowledged && clock.monotonic() - openedAt >= timing.acknowledgementMs) {
        cut('the relay does not acknowledge the token');
      } else if (silence >= timing.silenceMs) {
        cut(`nothing came from the relay for ${Math.round(silence / 1000)} s`);
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

function wordsFor(code: number): string {
  return code === POLICY_VIOLATION ? 'the relay refused the token' : `the relay closed the link (${code})`;
}
