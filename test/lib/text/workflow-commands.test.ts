import { expect, test } from 'vitest';
import { withoutWorkflowCommands } from '../../../src/lib/text/workflow-commands.ts';

test.each([
  ['::error::forged', ': :error::forged'],
  [' \t\u00a0::set-output name=a::b', ' \t\u00a0: :set-output name=a::b'],
  ['one\n::add-mask::two\n\n  ::group::x', 'one\n: :add-mask::two\n\n  : :group::x'],
  ['error: ##[error]forged', 'error: ## [error]forged'],
  ['###[command]a##[b', '### [command]a## [b'],
  [':::error::x', ': ::error::x'],
])('%j is no workflow command any more', (text, safe) => {
  expect(withoutWorkflowCommands(text)).toBe(safe);
  expect(withoutWorkflowCommands(safe)).toBe(safe);
});

test.each(['error: a::b', 'std::vector', '## Title', '#[a]', 'a ::b'])('%j stays', (text) => {
  expect(withoutWorkflowCommands(text)).toBe(text);
});
