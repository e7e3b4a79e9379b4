/** The code blocks of a page of the docs, run as somebody would who pastes them into a terminal. */
import { execa } from 'execa';
import { expect } from 'vitest';

export interface CodeBlock {
  /** What stands behind the fence: `sh`, `text`. */
  readonly language: string;
  readonly text: string;
  /** The line of its fence, from 1. */
  readonly line: number;
}

export function codeBlocksOf(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: text = '', index }) => ({
    language,
    text,
    line: page.slice(0, index).split('\n').length,
  }));
}

export interface ShellOptions {
  readonly folder: string;
  /** This environment alone. */
  readonly env: Readonly<Record<string, string>>;
  /** Ended after so long. Default 60 s. */
  readonly timeoutMs?: number;
}

/** A block that fails fails the test, with what it wrote to stderr. */
export async function runShellBlock(block: string, { folder, env, timeoutMs = 60_000 }: ShellOptions): Promise<void> {
  const { exitCode, stderr } = await execa('bash', ['-euo', 'pipefail', '-c', block], {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: timeoutMs,
  });
  expect({ block, code: exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ block, code: 0, stderr: '' });
}

/** The blocks of one page as one script, as if in one terminal: what one exports, the next one has. */
export function pageScript(path: string, blocks: readonly Pick<CodeBlock, 'text' | 'line'>[]): string {
  return [ENDING, ...blocks.map(({ text, line }) => `at=${path}:${line}\n${text}`)].join('\n');
}

/** Says which block has failed, and leaves no process running. */
const ENDING = `at=
trap 'code=$?; [ $code = 0 ] || echo "the block at $at ends with $code" >&2; kill $(jobs -p) 2>/dev/null || true; exit $code' EXIT`;
