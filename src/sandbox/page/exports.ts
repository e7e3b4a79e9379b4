/** The settings that make a program use this sandbox, as lines for a shell. */
import type { Html } from '../../lib/text/html.ts';
import { settingVariable } from '../../lib/text/shell-words.ts';
import { page } from '../../output/html/html-template.ts';
import { copyLink, copyable } from '../../pages/parts.ts';
import type { PageParts } from './parts.ts';

/** By the last part of their address. */
const SHELLS = {
  posix: { title: 'sh, bash, zsh', platform: 'linux' },
  powershell: { title: 'PowerShell', platform: 'win32' },
} as const;

const SECRET = 'OPTIPICK_WEBHOOK_SECRET';
/** In place of what is only shown when somebody asks for it. */
const HIDDEN = 'whsec_…';

interface ExportLine {
  readonly variable: string;
  readonly line: string;
}

/** `undefined` for a shell that is not known. */
export function exportLines(
  { apiKey, secret }: Pick<PageParts, 'apiKey' | 'secret'>,
  baseUrl: string,
  shell: string,
): readonly ExportLine[] | undefined {
  if (!Object.hasOwn(SHELLS, shell)) return undefined;
  const { platform } = SHELLS[shell as keyof typeof SHELLS];
  const variables = { OPTIPICK_BASE_URL: baseUrl, OPTIPICK_API_KEY: apiKey, [SECRET]: secret };
  return Object.entries(variables).map(([variable, value]) => ({
    variable,
    line: settingVariable(platform, variable, value),
  }));
}

export function renderExports(parts: Pick<PageParts, 'apiKey'>, baseUrl: string): Html {
  const shells = Object.entries(SHELLS).map(([shell, { title }], index) => {
    const path = `/exports/${shell}`;
    const lines = exportLines({ apiKey: parts.apiKey, secret: HIDDEN }, baseUrl, shell) ?? [];
    const items = lines.map(({ variable, line }) =>
      variable === SECRET
        ? page`<li><span class="copyable"><code>${line}</code> ${copyLink(`${path}?only=${SECRET}`, 'Copy')}</span></li>`
        : page`<li>${copyable(line, variable)}</li>`,
    );
    return page`<details name="exports"${index === 0 ? page` open` : undefined}><summary>${title}</summary>
<ul class="lines">${items}</ul>
<p class="all">${copyLink(path, 'Copy all three')}</p></details>
`;
  });
  return page`<div class="views">${shells}</div>
`;
}
