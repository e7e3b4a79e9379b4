/**
 * The page that GitHub shows of a run: Markdown that steps append to the file that `GITHUB_STEP_SUMMARY` names (GitHub's
 * documentation, "Workflow commands": at most 1 MiB a step).
 */
import type { Context } from '../../context/context.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';

const VARIABLE = 'GITHUB_STEP_SUMMARY';

/** Throws as {@link appendGithubSummary}; call it before something is sent. */
export async function refuseNoGithubSummary(host: Context['host']): Promise<void> {
  await append(host, '');
}

/** Throws `CliError` `usage` outside GitHub Actions, and `environment` when the page cannot be written. */
export async function appendGithubSummary(host: Context['host'], markdown: string): Promise<void> {
  // Another step may have left its last line open.
  await append(host, `\n${markdown}`);
}

async function append(host: Context['host'], text: string): Promise<void> {
  const path = pathOf(host);
  try {
    await host.files.append(path, text);
  } catch (cause) {
    throw new CliError(
      'environment',
      `cannot write the summary of GitHub (${path}): ${systemCodeOf(cause) ?? messageOf(cause)}`,
      { code: 'output_not_writable', cause, hint: `${VARIABLE} must name a file that may be written` },
    );
  }
}

function pathOf({ env }: Context['host']): string {
  const path = env[VARIABLE];
  if (path !== undefined && path !== '') return path;
  throw new CliError('usage', `--github-summary needs ${VARIABLE}, which GitHub Actions sets`, {
    code: 'no_github_summary',
    hint: 'elsewhere: --format md, or -o report.md',
  });
}
