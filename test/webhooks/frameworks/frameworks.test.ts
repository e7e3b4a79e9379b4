/** The frameworks that a receiver may be written with: their names, their code, and how they are recognized. */
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import { FRAMEWORK_NAMES, FRAMEWORKS, parseFrameworks } from '../../../src/webhooks/frameworks/frameworks.ts';
import { SNIPPETS } from '../../../src/webhooks/frameworks/snippets.ts';
import { likelyOfAnswers, likelyOfExplanation } from '../../../src/webhooks/frameworks/likely.ts';

test.each(FRAMEWORK_NAMES)('the code for %s can be read at 80 columns, and its line at 60', (framework) => {
  const lines = SNIPPETS[framework].split('\n');
  // A tab is as wide as editors show it.
  expect(lines.filter((line) => displayWidth(line.replaceAll('\t', '    ')) > 78)).toEqual([]);
  expect(lines.filter((line) => line !== '').length).toBeLessThanOrEqual(20);
  expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  expect(FRAMEWORKS[framework].line.length).toBeLessThanOrEqual(49);
});

test('all is every framework, and any other name is answered with the nearest', () => {
  expect(parseFrameworks('all')).toEqual(FRAMEWORK_NAMES);
  expect(() => parseFrameworks('asp.net')).toThrow(
    'there is no code for a framework "asp.net", did you mean "aspnet"?',
  );
  expect(() => parseFrameworks('cobol')).toThrow(/^there is no code for a framework "cobol"$/);
});

describe('the three likeliest frameworks of a receiver', () => {
  const USUAL = ['express', 'flask', 'spring'];
  test.each([
    [{ madeWith: 'Express', body: '' }, USUAL],
    [
      { madeWith: '', body: '{"statusCode":400,"error":"Bad Request","message":"no"}' },
      ['fastify', 'express', 'flask'],
    ],
    [{ madeWith: 'Werkzeug/2.2.2 Python/3.11.2', body: '' }, ['flask', 'express', 'spring']],
    [{ madeWith: 'uvicorn', body: '{"detail":"Not Found"}' }, ['fastapi', 'express', 'flask']],
    [{ madeWith: 'WSGIServer/0.2 CPython/3.11.2', body: '' }, ['django', 'express', 'flask']],
    [{ madeWith: 'gunicorn', body: '' }, ['flask', 'django', 'express']],
    [{ madeWith: 'Microsoft-IIS/10.0\nASP.NET', body: '' }, ['aspnet', 'express', 'flask']],
    [{ madeWith: 'nginx\nPHP/8.2.28', body: '' }, ['php', 'express', 'flask']],
    [{ madeWith: 'Puma 6.4', body: '' }, ['rails', 'express', 'flask']],
    [
      {
        madeWith: '',
        body: '{"timestamp":"2026-01-02T03:04:05.678+00:00","status":400,"error":"Bad Request","path":"/"}',
      },
      ['spring', 'express', 'flask'],
    ],
    [{ madeWith: 'nginx', body: 'no' }, USUAL],
  ])('that answers %j', (answer, expected) => {
    expect(likelyOfAnswers([answer])).toEqual(expected);
  });

  test.each([
    ['written with a space after each ":" and ","', ['flask', 'fastapi', 'django']],
    ["The body is \"{'request_id': '67507a'}\".", ['flask', 'fastapi', 'django']],
    ['The body is "[object Object]".', ['express', 'fastify', 'flask']],
    ['with slashes escaped', ['php', 'express', 'flask']],
    ['indented by 2 spaces as Jackson does', ['spring', 'express', 'flask']],
    ['with the characters & + < > escaped', ['aspnet', 'go', 'rails']],
    ['with the characters & < escaped', ['go', 'rails', 'express']],
    ['indented by 2 spaces', USUAL],
  ])('of which the diagnosis says: %s', (explanation, expected) => {
    expect(likelyOfExplanation(explanation)).toEqual(expected);
  });
});
