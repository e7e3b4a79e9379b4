/** `optipick trigger --suite` against receivers as people write them, each a process of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET } from '../support/listener.ts';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { startReceiverProcess } from '../support/receiver-process.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const suite = (url: string, args: readonly string[] = []): Promise<RunResult> =>
  workplace.run(['trigger', '--suite', '--to', url, ...args], { env: { OPTIPICK_WEBHOOK_SECRET: SECRET } });

/** The names of the checks by their word in the first column of the table. */
function checksWith(word: string, { stdout }: RunResult): readonly string[] {
  const [table = ''] = stdout.split('\n\n');
  return table
    .split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.split(/ {2,}/).at(-1) ?? '');
}

const python = (await execa('python3', ['-c', 'import hmac; hmac.digest'], { reject: false })).exitCode === 0;

describe('a correct receiver of fifteen lines that reads svix-* headers only ends green', () => {
  const RECEIVERS: readonly (readonly [string, string, boolean])[] = [
    ['node', 'correct.mjs', true],
    ['python3', 'correct.py', python],
  ];
  for (const [program, script, isThere] of RECEIVERS) {
    test.skipIf(!isThere)(`${script} (skipped where ${program} is missing)`, async () => {
      const source = await readFile(join(import.meta.dirname, '../fixtures/receivers', script), 'utf8');
      expect(source.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
      await using receiver = await startReceiverProcess(program === 'node' ? process.execPath : program, [script]);
      const ended = await suite(receiver.url);
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect([checksWith('FAIL', ended), checksWith('note', ended)]).toEqual([[], ['webhook-headers']]);
      expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe('16 of 17 checks passed; 1 note (explained with -v)');
    });
  }
});

describe('a broken receiver ends red in the right places, with what to change', () => {
  const ACCEPTING = ['valid', 'id-alone', 'exact-body', 'duplicate', 'concurrent-duplicate'];
  const SIGNED = [...ACCEPTING, 'two-signatures', 'unknown-versions'];
  const FORGED = ['forged', 'altered-body', 'unsigned', 'missing-signature', 'malformed-signature'];
  const MISTAKES: readonly (readonly [string, readonly string[], string, (readonly string[])?])[] = [
    ['no-raw-body', ['exact-body'], 'verify the raw bytes of the body, before a JSON parser sees them'],
    [
      'no-verification',
      ['forged', 'altered-body', 'stale', 'future', ...FORGED.slice(2)],
      'verify the signature of every request before anything else',
    ],
    ['redirect', [...SIGNED, 'no-redirect'], 'exempt it from the redirect to /login'],
    ['too-slow', ['in-time'], 'store the delivery, answer 204, and do the work afterwards', ['--timeout', '250ms']],
    ['500-on-duplicate', ['duplicate', 'concurrent-duplicate'], 'answer 2xx to a svix-id that is stored already'],
    ['accepts-stale', ['stale', 'future'], 'reject a svix-timestamp that is more than 5 minutes old'],
  ];
  for (const [mistake, failed, fix, args] of MISTAKES) {
    test(mistake, async () => {
      await using receiver = await startReceiverProcess(process.execPath, ['broken.mjs', mistake]);
      const ended = await suite(receiver.url, args);
      expect([ended.code, checksWith('FAIL', ended)]).toEqual([3, failed]);
      expect(ended.stdout).toMatch(new RegExp(`^ {6}fix {8}.*${fix}`, 'm'));
      expect(ended.stderr).toBe(`error: ${failed.length} of 17 checks failed: ${failed.join(', ')}\n`);
    });
  }
});
