/** Single keys of a terminal in raw mode. */
import { readFileSync } from 'node:fs';
import type { KeyEvents } from '../host.ts';

/** The part of `process.stdin` that reading keys needs. */
export type KeyInput = Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'pause' | 'resume'>;

const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const CTRL_BACKSLASH = '\u001c';
const ESCAPE = '\u001b';

/** What the terminal itself makes of these keys, and does not in raw mode. */
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = { [CTRL_C]: 'SIGINT', [CTRL_BACKSLASH]: 'SIGQUIT' };

/** See `Terminal.keys`. */
export function readKeys(stdin: KeyInput, events: KeyEvents): (() => void) | undefined {
  const { platform } = process;
  if (!stdin.isTTY || !isInForeground(platform)) return undefined;
  let isReading = false;
  let isSuspended = false;

  const start = (): void => {
    isReading = true;
    stdin.on('data', onData);
    stdin.setRawMode(true);
    stdin.resume();
  };
  const stop = (): void => {
    if (!isReading) return;
    isReading = false;
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
  const onContinue = (): void => {
    // Somebody may have let it go on in the background: there the terminal is not to be touched.
    if (isInForeground(platform)) {
      stop();
      start();
    }
    if (isSuspended) events.resume();
    isSuspended = false;
  };
  const stopProcess = async (): Promise<void> => {
    isSuspended = true;
    await events.suspend();
    stop();
    process.kill(0, 'SIGTSTP');
  };
  const onData = (chunk: Uint8Array): void => {
    const text = new TextDecoder().decode(chunk);
    // Arrows and the like: their letters are no keys.
    if (text.startsWith(ESCAPE)) return;
    for (const each of text) {
      const signal = SIGNALS[each];
      if (signal !== undefined) {
        // Of SIGQUIT nobody here learns.
        if (signal === 'SIGQUIT') stop();
        sendSignal(platform, signal);
      } else if (each !== CTRL_Z) events.key(each);
      else if (platform !== 'win32') void stopProcess();
    }
  };
  // The terminal is gone: SIGHUP, or the next write, ends the process.
  const ignore = (): void => undefined;
  const end = (): void => {
    stop();
    stdin.off('error', ignore);
    process.off('exit', stop);
    process.off('SIGCONT', onContinue);
  };
  stdin.on('error', ignore);
  process.on('exit', stop);
  if (platform !== 'win32') process.on('SIGCONT', onContinue);
  start();
  return end;
}

/** To all that the terminal would send it to: what is piped to and from this process ends by it, too. */
function sendSignal(platform: string, signal: NodeJS.Signals): void {
  // Windows knows no signals: `kill` would end this process at once.
  if (platform === 'win32') process.emit(signal, signal);
  else process.kill(0, signal);
}

/** Whether this process may switch the terminal: in the background it would be stopped for it (SIGTTOU). */
function isInForeground(platform: string): boolean {
  if (platform === 'win32') return true;
  if (platform === 'linux') {
    // proc(5): after the name, in parentheses, `state ppid pgrp session tty_nr tpgid`.
    const [, , pgrp, , , tpgid] = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return pgrp === tpgid;
  }
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const words = ['-o', 'pgid=', '-o', 'tpgid=', '-p', String(process.pid)];
  const { stdout } = spawnSync('ps', words, { encoding: 'utf8' });
  const [pgid, tpgid] = stdout.trim().split(/\s+/);
  return pgid !== undefined && pgid === tpgid;
}
