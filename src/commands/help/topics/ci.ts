/** The topic `ci`. */
import type { TopicPart } from './parts.ts';

export function ciTopic(): readonly TopicPart[] {
  return [
    `A build server runs optipick as you do: the key is a variable, the exit code decides the step, and reports are files.`,
    {
      language: 'bash',
      code: `# from the secrets of the build server
export OPTIPICK_API_KEY
optipick cluster submit waves/ --wait --strict \\
  --fail-if 'saving<5%' \\
  --junit report.xml -o report.html`,
    },
    {
      heads: ['For', 'Use'],
      rows: [
        ['the key', 'OPTIPICK_API_KEY from the secrets of the server, or --api-key-file with a mounted file'],
        ['no questions', 'CI, which build servers set, or --no-input: what would be asked for is an error'],
        ['a gate', "--fail-if 'saving<5%' and --strict (the audit): exit 3, after the answer was written"],
        ['a test report', '--junit <file>: each gate and each audit is a test case'],
        ['a page', '"--output report.html" for the artifacts, "--output report.md" for a comment'],
        ['GitHub', '--github-summary appends the report to the summary; errors are annotations'],
        ['a long job', '--timeout <duration> with --wait: exit 8 means that the job is still running'],
        ['a rerun', '--continue: what an earlier run has submitted is not submitted again'],
        ['no account', '"optipick sandbox" in the background, with --env: the same API on the build server'],
        ['the log', 'lines instead of redrawn text; keys and secrets are masked in all output'],
      ],
    },
    `Only exit codes 6 and 8 are worth a retry by the server: see "optipick help exit-codes". The state folder
    (OPTIPICK_STATE_DIR) has to survive between two runs for --continue.`,
  ];
}
