import { describe, expect, test } from 'vitest';
import { errorOf, run } from '../../support/run.ts';

const sandboxOf = (text: string | Uint8Array, ...flags: string[]) =>
  run(['sandbox', '--site', 'hall.json', ...flags], { files: { 'hall.json': text } });

const HINT = 'a site file is JSON with either "aisles", "cross_aisles" and "locations", or "names" and "matrix"';

describe('a site file with problems', () => {
  test('names each of them once, with file, line and column', async () => {
    const { ended } = await sandboxOf(`{
  "site_name": "Hall",
  "aisles": { "A": { "x": "0" } },
  "cross_aisles": [0],
  "locations": {
    "A/1": { "aisle": "Q", "y": 1 },
    "A2": { "x": 1 }
  },
  "zones": 1
}
`);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: hall.json is not a valid site file: 4 problems
  /zones: unknown field "zones", expected one of: site_name, unit, aisles, cross_aisles, locations, points (hall.json:9:12)
  /aisles/A/x: expected a number, found the string "0" (hall.json:3:27)
  /locations/A~11/aisle: no aisle "Q" in "aisles" (hall.json:6:23)
  /locations/A2/y: expected a number, found nothing (hall.json:7:11)
hint: ${HINT}
`,
    });
  });

  test('of one cell of a matrix', async () => {
    const { ended } = await sandboxOf('{"site_name": "M", "names": ["a", "b"], "matrix": [[0, 1],\n  [-1, 0]]}');
    expect(ended.stderr).toBe(
      `error: hall.json is not a valid site file: one problem\n  /matrix/1/0: expected a distance, found -1 (hall.json:2:4)\nhint: ${HINT}\n`,
    );
  });

  test('of syntax names the place, too', async () => {
    const { code, stderr } = await sandboxOf('{\n  "site_name": "Hall",\n}\n', '--json');
    expect([code, errorOf(stderr)]).toMatchObject([
      2,
      { code: 'bad_site_file', hint: HINT, details: [{ place: 'hall.json:2:22' }] },
    ]);
  });

  test.each([
    ['nothing', ''],
    ['a workbook', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0)],
  ])('that is %s says so, and what a site file is', async (_, bytes) => {
    const { code, stderr } = await sandboxOf(bytes);
    expect([code, stderr.includes(`hint: ${HINT}\n`), stderr.startsWith('error: hall.json is ')]).toEqual([
      2,
      true,
      true,
    ]);
  });

  test('with a byte order mark has none', async () => {
    const { stderr } = await sandboxOf('\ufeff{"site_name": "M", "names": [], "matrix": []}');
    expect(stderr).toContain('/names: expected at least one place (hall.json:1:29)\n');
  });
});

test('a mistyped site file is answered with the one beside it', async () => {
  const files = { 'layouts/hall-7.json': '{}' };
  const { ended } = await run(['sandbox', '--site', 'layouts/hal-7.json'], { files });
  expect(ended).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: cannot read layouts/hal-7.json: there is no such file\nhint: did you mean layouts/hall-7.json?\n',
  });
});
