/** Words and lines as they are pasted into the shell of the platform: `sh`, or PowerShell on Windows. Pure. */

/** Linux takes 131,072 bytes in one argument: more goes through stdin. */
export const LONGEST_ARGUMENT = 100_000;

/** One word, quoted where that is needed: what others have said must not become a command. */
export function shellWord(platform: string, text: string): string {
  return /^[\w@%+=:,./\\-]*$/.test(text) ? text : shellText(platform, text);
}

/** Sets a variable of the environment for the commands that follow. */
export function settingVariable(platform: string, variable: string, value: string): string {
  return platform === 'win32'
    ? `$env:${variable} = ${shellText(platform, value)}`
    : `export ${variable}=${shellWord(platform, value)}`;
}

/** Pipes what variables hold into a command, a line each. */
export function pipingVariables(platform: string, variables: readonly string[], command: string): string {
  if (platform === 'win32') return `${variables.map((variable) => `$env:${variable}`).join(', ')} | ${command}`;
  const [form, values] = [variables.map(() => String.raw`%s\n`), variables.map((variable) => `"$${variable}"`)];
  return `printf "${form.join('')}" ${values.join(' ')} | ${command}`;
}

/** In single quotes, in which `sh` and its relatives leave every character as it is. */
export function posixQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function shellText(platform: string, text: string): string {
  return platform === 'win32' ? `'${text.replaceAll("'", "''")}'` : posixQuoted(text);
}
