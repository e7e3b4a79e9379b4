import { describe, expect, it } from 'vitest';
import { CliError, type FailureDetail } from '../../../src/errors.ts';
import { failureJson, renderFailure, renderStack } from '../../../src/output/terminal/failure.ts';
import { createStyle, PLAIN_STYLE } from '../../../src/output/terminal/style.ts';

const FULL = new CliError('refused', 'the API refused the request\u001b[31m', {
  code: 'invalid_request',
  hint: 'mend picks.json and submit it again',
  status: 422,
  requestId: '67507ad05e593173d0313e0f',
  cause: new Error('inner'),
  details: [
    { path: '/picks/3/location_id', message: 'Field\nrequired', place: 'picks.json:14:7' },
    { path: '', message: 'too many picks' },
  ],
});

describe('a failure for people', () => {
  it('says what, where, for which request, and what to do', () => {
    expect(renderFailure(FULL, PLAIN_STYLE)).toEqual([
      'error: the API refused the request',
      '  /picks/3/location_id: Field required (picks.json:14:7)',
      '  too many picks',
      'request id: 67507ad05e593173d0313e0f',
      'hint: mend picks.json and submit it again',
    ]);
  });

  it('counts equal details, names the first, and lists all when asked to', () => {
    const cell = (line: number, value: string): FailureDetail => {
      return { path: 'QUANTITY', message: `expected a number, found "${value}"`, place: `w.csv:${line}:4` };
    };
    const pick = (at: number): FailureDetail => ({ path: `/picks/${at}/order_id`, message: 'Field required' });
    const details = [cell(2, 'x'), cell(3, 'x'), cell(4, 'x'), cell(5, 'x'), pick(0), pick(1), pick(2), pick(3)];
    const error = new CliError('usage', 'm', { details: [...details, { path: '', message: 'no site' }] });
    expect(renderFailure(error, PLAIN_STYLE)).toEqual([
      'error: m',
      '  QUANTITY: expected a number, found "x" (4 times: w.csv:2:4, w.csv:3:4, w.csv:4:4, ...)',
      '  /picks/*/order_id: Field required (4 times: /picks/0/order_id, /picks/1/order_id, /picks/2/order_id, ...)',
      '  no site',
      '  --all lists all 9 errors one by one, and --json has them',
    ]);
    expect(renderFailure(error, PLAIN_STYLE, { all: true })).toHaveLength(10);
    const many = Array.from({ length: 300 }, (_, at) => ({ path: `/field_${at}`, message: 'bad' }));
    expect(renderFailure(new CliError('refused', 'm', { details: many }), PLAIN_STYLE).slice(-2)).toEqual([
      '  ... and 100 more',
      '  --all lists all 300 errors one by one, and --json has them',
    ]);
    const three = new CliError('usage', 'm', { details: details.slice(0, 3) });
    expect(renderFailure(three, PLAIN_STYLE)).toHaveLength(4);
    const differing = new CliError('usage', 'm', { details: ['a', 'b', 'c', 'd'].map((value, at) => cell(at, value)) });
    expect(renderFailure(differing, PLAIN_STYLE)[1]).toBe(
      '  QUANTITY: expected a number, found "a" (4 like it: w.csv:0:4, w.csv:1:4, w.csv:2:4, ...)',
    );
  });

  it('is one line when there is no more to say, and does not repeat the request id', () => {
    expect([
      renderFailure(new CliError('usage', 'no such file: a.json'), PLAIN_STYLE),
      renderFailure(new CliError('failed', 'request abc failed', { requestId: 'abc' }), PLAIN_STYLE),
    ]).toEqual([['error: no such file: a.json'], ['error: request abc failed']]);
  });

  it('is one line, whatever line ends a text inside it has: a server must not word a hint of its own', () => {
    expect(renderFailure(new CliError('usage', 'first\r\nhint: second\u0007\n'), PLAIN_STYLE)).toEqual([
      'error: first hint: second',
    ]);
  });

  it('is colored on a terminal', async () => {
    const style = await createStyle(1);
    expect(renderFailure(new CliError('usage', 'm', { hint: 'h' }), style)).toEqual([
      '\u001b[31merror:\u001b[39m m',
      '\u001b[36mhint:\u001b[39m h',
    ]);
  });
});

describe('a failure as JSON', () => {
  it('has all that is known', () => {
    expect(failureJson(FULL)).toStrictEqual({
      error: {
        code: 'invalid_request',
        message: 'the API refused the request',
        exitCode: 5,
        status: 422,
        requestId: '67507ad05e593173d0313e0f',
        retryable: false,
        hint: 'mend picks.json and submit it again',
        details: [
          { path: '/picks/3/location_id', message: 'Field required', place: 'picks.json:14:7' },
          { path: '', message: 'too many picks' },
        ],
      },
    });
  });

  it('leaves out what is not known', () => {
    expect([failureJson(new CliError('unavailable', 'm')), failureJson(new CliError('usage', 'n'))]).toStrictEqual([
      { error: { code: 'unavailable', message: 'm', exitCode: 6, retryable: true } },
      { error: { code: 'usage', message: 'n', exitCode: 2, retryable: false } },
    ]);
  });
});

describe('a stack', () => {
  it('is that of the error and its causes, a line each', () => {
    const lines = renderStack(FULL);
    expect([
      lines[0],
      lines.filter((line) => line.startsWith('caused by:')),
      lines.every((line) => !line.includes('\n')),
    ]).toEqual(['CliError: the API refused the request', ['caused by: Error: inner'], true]);
    expect(lines.filter((line) => line.includes('failure.test.ts')).length).toBeGreaterThanOrEqual(2);
  });

  it('ends although a cause leads back to itself, and takes anything that is thrown', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    expect([renderStack(loop).filter((line) => line.includes('Error: loop')).length, renderStack('text')]).toEqual([
      8,
      ['text'],
    ]);
  });
});

it('message and hint are wrapped on a terminal, in color too', () => {
  const red = { ...PLAIN_STYLE, red: (text: string) => `<${text}>` };
  const error = new CliError('usage', 'there is no such file', { hint: 'look at the folder' });
  expect(renderFailure(error, red, { width: 20 })).toEqual([
    '<error:> there is no',
    '       such file',
    'hint: look at the',
    '      folder',
  ]);
});
