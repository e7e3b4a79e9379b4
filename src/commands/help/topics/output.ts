/** The topic `output`. */
import type { TopicPart } from './parts.ts';

export function outputTopic(): readonly TopicPart[] {
  return [
    `stdout carries the result and nothing else. Progress, hints, warnings, questions and errors go to stderr; --quiet
    leaves stderr empty when all goes well.`,
    `On a terminal the result is a table. In a pipe it is the same text without color, its lines uncut; long lists end in
    a count (--all shows them). --json prints the API's own answer, unknown fields and large numbers included; commands
    that show several things print one JSON object a line, each with "v":1 and a "type".`,
    `--output <file> (-o) writes to a temporary file beside it and renames it: the file is whole or not there. The
    extension decides the format, --format wins:`,
    {
      heads: ['Extension', 'Format', 'Content'],
      rows: [
        ['.txt', 'table', 'what a terminal shows, uncut and without color'],
        ['.json', 'json', "the API's own answer"],
        ['.csv', 'csv', 'a row for each pick, with its cluster and place; your own columns stay'],
        ['.md', 'md', 'a report for a pull request'],
        ['.html', 'html', 'a report with figures, bars and, where it is known, the floor plan'],
      ],
    },
    'Each error with --json is one line on stderr:',
    {
      language: 'json',
      code: `{"error":{"code":"job_failed","message":"...","exitCode":3,
  "requestId":"...","retryable":false,"hint":"..."}}`,
    },
    `"code" is a stable word ("optipick help <code>" explains it), "api_code" what the API calls the error, where it says
    so, and "details" lists single errors with their JSON path.`,
  ];
}
