import { expect, test } from 'vitest';
import { open, refusal } from './opening.ts';

test('rejected rows are left out and written with their reasons; generated ids stay the same', async () => {
  const table = `Zone;wave_id;order_id;location_id;quantity
"a;""b""";W;O1;A;1
n;W;O2;;x
n;W;O3;B
n;W;O4;C;1;2
n;W;O5;"D"E;1
n;V;O6;F;1
`;
  const { set, rejected } = await open({ 'w.csv': table }, { skipInvalid: true });
  expect(set.rejected).toEqual([{ count: 4, path: 'w.csv.rejected.csv' }]);
  expect(rejected).toEqual({
    'w.csv': `Zone;wave_id;order_id;location_id;quantity;REASON;LINE
n;W;O2;;x;"location_id: the location is missing: every pick needs one; quantity: expected a number, found ""x""";3
n;W;O3;B;;"the row is too short: expected 5 cells as in the header, found 4 cells; a "";"" is missing for each empty cell";4
n;W;O4;C;"1;2";"the row is too long: expected 5 cells as in the header, found 6 cells; a cell that holds a "";"" needs quotes around it";5
"n;W;O5;""D""E;1";;;;;"text behind the closing quote of a cell: a quote inside a quoted cell is written """"";6
`,
  });
  const rows = await Promise.all(set.entries.map((entry) => entry.rows()));
  expect(rows).toEqual([
    [{ pickId: 'pick_1', cells: ['a;"b"', 'W', 'O1', 'A', '1'] }],
    [{ pickId: 'pick_1', cells: ['n', 'V', 'O6', 'F', '1'] }],
  ]);
});

test('a wave with no valid rows makes no request', async () => {
  const { set } = await open({ 'w.csv': 'wave_id,order_id,location_id\nV,O,\nW,O,A\n' }, { skipInvalid: true });
  expect(set.entries.map(({ name, picks }) => [name, picks])).toEqual([['W', 1]]);
});

test('the second of two equal ids is left out', async () => {
  const { set, rejected } = await open(
    { 'w.csv': 'pick_id,order_id,location_id\n1,O,A\n1,O,B\n' },
    { skipInvalid: true },
  );
  expect([set.entries[0]?.picks, rejected['w.csv']]).toEqual([
    1,
    'pick_id,order_id,location_id,REASON,LINE\n1,O,B,"pick_id: the pick_id ""1"" is used twice, first in line 2",3\n',
  ]);
});

test('lines of NDJSON are left out as they are', async () => {
  const { set, rejected } = await open(
    { 'w.ndjson': '{"pick_id":"p","location_id":"A","order_id":"o"}\n{"pick_id":7}\n' },
    { skipInvalid: true },
  );
  expect([set.entries[0]?.picks, rejected['w.ndjson']]).toEqual([
    1,
    `DOCUMENT,REASON,LINE
"{""pick_id"":7}","/pick_id: expected a text, found the number 7: write ""7""; the required field ""location_id"" is missing",2
`,
  ]);
});

test('each input has a file of its own, and one without rejected rows has none', async () => {
  const { set } = await open(
    {
      'a.csv': 'order_id,location_id\nO,A\nO,\n',
      'b.csv': 'order_id,location_id\nO,A\n',
      'c.csv': 'order_id,location_id\nO,\n',
    },
    { skipInvalid: true },
  );
  expect(set.rejected).toEqual([
    { count: 1, path: 'a.csv.rejected.csv' },
    { count: 1, path: 'c.csv.rejected.csv' },
  ]);
});

test('nothing left to send is a failure that names the file', async () => {
  expect(await refusal({ 'w.csv': 'order_id,location_id\nO,\nO,\n' }, { skipInvalid: true })).toEqual([
    '2 nothing_to_send: nothing is left to send: all 2 rows were refused',
    'hint: the reasons are in w.csv.rejected.csv',
  ]);
});

test('an error of the whole table leaves no rows out', async () => {
  expect(await refusal({ 'w.csv': 'order_id,location_id\nO,A\nO,\n' }, { skipInvalid: true, overrides: {} })).toEqual([
    '2 invalid_request: w.csv is not a valid cluster request: one error',
    '  the required field "site_name" is missing: give it there or with --site <name> (w.csv:1:1)',
    'hint: nothing was sent: fix the file and run the command again',
  ]);
});
