/** The workflows of docs/guides/ci.md: they can be read, and what those of GitHub and GitLab run does so, from a packed tarball. */
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createDocsWorkplace } from '../support/docs-workplace.ts';
import { codeBlocksOf } from '../support/shell-block.ts';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = 'docs/guides/ci.md';
const BLOCKS = codeBlocksOf(await readFile(join(ROOT, GUIDE), 'utf8'));

interface GitHubWorkflow {
  readonly jobs: { readonly plan: { readonly env: Record<string, string>; readonly steps: { run?: string }[] } };
}
interface GitLabPipeline {
  readonly plan: { readonly script: string[] };
}
interface AzurePipeline {
  readonly steps: { powershell?: string; env?: Record<string, string> }[];
}

const [github, gitlab, azure] = BLOCKS.filter(({ language }) => language === 'yaml');
const githubRuns = (parse(github?.text ?? '') as GitHubWorkflow).jobs.plan.steps.flatMap(({ run }) => run ?? []);
const gitlabRuns = (parse(gitlab?.text ?? '') as GitLabPipeline).plan.script;

test.skipIf(process.platform === 'win32').each([
  { service: 'GitHub', block: github, runs: githubRuns },
  { service: 'GitLab', block: gitlab, runs: gitlabRuns },
])(
  'what the workflow of $service runs installs the packed tarball and plans the wave',
  async ({ block, runs }) => {
    await using workplace = await createDocsWorkplace();
    const { folder, sandbox } = workplace;
    const inRoot = { cwd: ROOT, env: { npm_config_cache: join(folder, 'cache') } };
    const packed = await execa('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], inRoot);
    await mkdir(join(folder, 'waves'));
    await workplace.runPage(GUIDE, [{ text: 'optipick example cluster --csv > waves/wave.csv', line: 0 }]);
    const env = {
      PATH: [join(folder, 'npm/bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: folder,
      npm_config_prefix: join(folder, 'npm'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      OPTIPICK_BASE_URL: sandbox.url,
      OPTIPICK_API_KEY: sandbox.key,
      OPTIPICK_TARBALL: `./${packed.stdout}`,
    };
    const { line = 0 } = block ?? {};
    await workplace.runPage(
      GUIDE,
      runs.map((text) => ({ text, line })),
      env,
    );
    expect(await readFile(join(folder, 'optipick.xml'), 'utf8')).toContain('saving');
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('less walking');
    if (block === github) expect(await readFile(env.GITHUB_STEP_SUMMARY, 'utf8')).toContain('less walking');
  },
  120_000,
);

test('the workflows of GitHub, GitLab, Azure Pipelines and Jenkins submit in the same way, the key from a secret', () => {
  const submits = [
    githubRuns.at(-1),
    gitlabRuns.at(-1),
    (parse(azure?.text ?? '') as AzurePipeline).steps.flatMap(({ powershell }) => powershell ?? []).at(-1),
    BLOCKS.find(({ language }) => language === 'groovy')?.text.match(/bin\/(optipick [\s\S]*?)'''/)?.[1],
  ].map((command) =>
    (command ?? '').replaceAll(/\\+\n/g, ' ').replace(' --github-summary', '').replaceAll(/\s+/g, ' ').trim(),
  );
  expect(new Set(submits).size).toBe(1);
  expect((parse(github?.text ?? '') as GitHubWorkflow).jobs.plan.env['OPTIPICK_API_KEY']).toBe(
    '${{ secrets.OPTIPICK_API_KEY }}',
  );
  expect((parse(azure?.text ?? '') as AzurePipeline).steps.map(({ env }) => env?.['OPTIPICK_API_KEY'])).toContain(
    '$(OPTIPICK_API_KEY)',
  );
});
