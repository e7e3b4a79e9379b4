/**
 * The text without a line that GitHub Actions would run as a workflow command: its runner takes `::` at the start of a line,
 * behind blanks too, and `##[` anywhere in one (actions/runner, src/Runner.Common/ActionCommand.cs). A blank ends both.
 */
export function withoutWorkflowCommands(text: string): string {
  return text.replaceAll(/^([^\S\n]*:)(?=:)/gm, '$1 ').replaceAll('##[', '## [');
}

/** Whether what this program writes is read by that runner. */
export function isInActions(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}
