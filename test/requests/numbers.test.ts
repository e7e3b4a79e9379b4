/** Numbers that a person reads and JSON does not have. */
import { describe, expect, test } from 'vitest';
import { refusal, requests } from './opening.ts';

/** The messages about a quantity in a table separated by semicolons. */
async function rowError(quantity: string, column = 'QUANTITY'): Promise<string | undefined> {
  const [, fault] = await refusal({ 'w.csv': `LOCATION_ID;${column}\nA;${quantity}\nB;1\n` });
  return fault?.trim();
}

describe('T4: a negative number', () => {
  test.each([
    ['2-', '"2-": a minus sign behind the number? Write "-2"'],
    ['12.50-', '"12.50-": a minus sign behind the number? Write "-12.50"'],
    ['2,5-', '"2,5-": a minus sign behind the number? Write "-2.5"'],
    ['1,000-', '"1,000-": a minus sign behind the number? Write "-1000" or "-1.000"'],
    ['1.000-', '"1.000-": a minus sign behind the number? Write "-1000" or "-1.000"'],
    ['1.000,50-', '"1.000,50-": a minus sign behind the number? Write "-1000.50"'],
    ['1,000,000.5-', '"1,000,000.5-": a minus sign behind the number? Write "-1000000.5"'],
    ['2 kg-', '"2 kg-": a minus sign behind the number? Write it with a plain "-" in front'],
    ['(1)', '"(1)": parentheses for a minus sign? Write "-1"'],
    ['( 1,5 )', '"( 1,5 )": parentheses for a minus sign? Write "-1.5"'],
    ['\u22121', '"\u22121": a minus sign that is not the plain one? Write "-1"'],
    ['\u20131.5', '"\u20131.5": a minus sign that is not the plain one? Write "-1.5"'],
    ['- 4', '"- 4": a blank behind the minus sign? Write "-4"'],
  ])('%s: the suggestion names the form', async (cell, words) => {
    expect(await rowError(cell)).toBe(`QUANTITY: expected a number, found ${words} (w.csv:2:3)`);
  });

  test('that is whole gets one suggestion', async () => {
    expect(await rowError('1.000-', 'ASIS_SEQUENCE')).toBe(
      'ASIS_SEQUENCE: expected a whole number, found "1.000-": a minus sign behind the number? Write "-1000" (w.csv:2:3)',
    );
  });
});

describe('T6: a character in a number that cannot be seen', () => {
  test.each([
    ['\u200b1', '"<U+200B>1": remove the invisible U+200B'],
    ['1\u200b0', '"1<U+200B>0": remove the invisible U+200B'],
    ['1\u200e', '"1<U+200E>": remove the invisible U+200E'],
    ['1\u0000', '"1<U+0000>": remove the invisible U+0000'],
    ['\u00071', '"<U+0007>1": remove the invisible U+0007'],
    ['1\u00ad', '"1<U+00AD>": remove the invisible U+00AD'],
    ['1\u00a02', '"1<U+00A0>2": remove the invisible U+00A0'],
    ['\uff11\uff12', '"\uff11\uff12": write its digits as 0 to 9'],
    ['\u0661\u0662', '"\u0661\u0662": write its digits as 0 to 9'],
  ])('%j is named by its code point', async (cell, words) => {
    expect(await rowError(cell)).toBe(`QUANTITY: expected a number, found ${words} (w.csv:2:3)`);
  });

  test('is named in JSON', async () => {
    const json = '{"picks":[{"pick_id":"1","location_id":"A","quantity":"1\\u200b"}]}';
    expect((await refusal({ 'r.json': json }))[1]).toBe(
      '  /picks/0/quantity: expected a number, found the text "1<U+200B>": remove the invisible U+200B (r.json:1:55)',
    );
  });
});

describe('T17: a point before three digits', () => {
  const header = 'ORDER_ID;LOCATION_ID;QUANTITY;PRICE\n';

  test.each([
    ['before the comma', '2', 'O;A;1.234;7\nO;A;5;12,50\n', '"12,50" in line 3'],
    ['behind the comma', '3', 'O;A;5;1.000,50\nO;A;1.234;7\n', '"1.000,50" in line 2'],
    ['in the row of the comma', '2', 'O;A;1.234;0,125\n', '"0,125" in line 2'],
  ])('is warned of in a file with decimal commas, %s', async (_, line, rows, comma) => {
    const { bodies, warnings } = await requests({ 'w.csv': header + rows });
    expect(bodies['w.csv']).toContain('"quantity":1.234');
    expect(warnings).toEqual([
      `QUANTITY: "1.234" is sent with its point as a decimal one, but the file has decimal commas (${comma}): write 1234 if it stands between thousands (w.csv:${line}:5)`,
    ]);
  });

  test('gets one warning for all, also when commas separate the cells', async () => {
    const table = 'ORDER_ID,LOCATION_ID,QUANTITY,SKU_WEIGHT,PRICE\nO,A,1.234,,"1,5"\nO,A,-2.000,10.500,"0,99"\n';
    expect((await requests({ 'w.csv': table })).warnings).toEqual([
      'QUANTITY: "1.234" is sent with its point as a decimal one, also in 2 more, but the file has decimal commas ("1,5" in line 2): write 1234 if it stands between thousands (w.csv:2:5)',
    ]);
  });

  test.each([
    ['without a decimal comma in the file', 'O;A;1.234;7\nO;A;2;1,234\nO;A;3;A,5\n'],
    ['that can only be a decimal one', 'O;A;0.125;12,50\nO;A;1.5;1,5\nO;A;1234.567;1,5\n'],
  ])('is sent without a warning %s', async (_, rows) => {
    expect((await requests({ 'w.csv': header + rows })).warnings).toEqual([]);
  });

  test('offers both readings when a comma is before three digits', async () => {
    expect(await rowError('1,234')).toBe(
      'QUANTITY: expected a number, found "1,234": write "1234", or "1.234" if the comma is a decimal one (w.csv:2:3)',
    );
  });
});
