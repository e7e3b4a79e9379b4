/** Runs one command line on a machine in memory. */
import { main } from '../../src/app/main.ts';
import { createFakeHost, type FakeHost, type FakeHostOptions } from './fake-host.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run extends Ended {
  readonly host: FakeHost;
  /** Code and streams alone, to be compared whole. */
  readonly ended: Ended;
}

export async function run(argv: readonly string[], options: FakeHostOptions = {}): Promise<Run> {
  const host = createFakeHost(options);
  const code = await main(host, argv);
  const ended = { code, stdout: host.stdoutText, stderr: host.stderrText };
  return { ...ended, host, ended };
}

/** The one line of JSON that a failure writes on stderr. */
export function errorOf(stderr: string): unknown {
  const lines = stderr.trimEnd().split('\n');
  if (lines.length !== 1 || lines[0] === undefined) throw new Error(`not one line: ${stderr}`);
  return (JSON.parse(lines[0]) as { error: unknown }).error;
}
