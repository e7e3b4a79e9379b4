import { describe, expect, test } from 'vitest';
import { readTable } from '../../../src/requests/csv/reader.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';

interface Read {
  /** Each row: its line, its cells, and where they begin. */
  readonly rows: readonly (readonly [line: number, cells: readonly string[], places: readonly string[]])[];
  readonly broken: readonly string[];
}

async function read(bytes: Uint8Array, size: number, delimiter = ','): Promise<Read> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    // Copies: nothing may depend on bytes that are no longer there.
    for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
  }
  const rows: [number, string[], string[]][] = [];
  const broken: string[] = [];
  await readTable(
    { name: 'w', bytes: pieces(), delimiter },
    {
      row: (cells, row) => void rows.push([row.line, cells, cells.map((_, cell) => row.place(cell))]),
      broken: ({ place, line, text }) => void broken.push(`${place} ${line} ${text}`),
      pause: async () => undefined,
    },
  );
  return { rows, broken };
}

const SIZES = [1, 2, 3, 5, 64, 100_000];

describe('a table that arrives in pieces of any size', () => {
  test.each(SIZES)('of %i bytes is read with its places', async (size) => {
    const text = 'A,Bé\r\n1,"x\r\ny"\r\n\r\n"2","q""z"\r\n,\r\nää,€4';
    expect(await read(new TextEncoder().encode(text), size)).toEqual({
      rows: [
        [1, ['A', 'Bé'], ['w:1:1', 'w:1:3']],
        [2, ['1', 'x\r\ny'], ['w:2:1', 'w:2:3']],
        [5, ['2', 'q"z'], ['w:5:1', 'w:5:5']],
        [7, ['ää', '€4'], ['w:7:1', 'w:7:4']],
      ],
      broken: [],
    });
  });

  test.each(SIZES)('of %i bytes goes on behind every broken row', async (size) => {
    const text = 'A,B\n1,"x\n2,3\n4,"5"\n"6"7,\n8,"9"0\n\n10,11\n12,"13\n14,15';
    const { rows, broken } = await read(new TextEncoder().encode(text), size);
    expect(rows.map(([line, cells]) => `${line} ${cells.join(' ')}`)).toEqual([
      '1 A B',
      '3 2 3',
      '4 4 5',
      '8 10 11',
      '10 14 15',
    ]);
    expect(broken).toEqual(['w:2:3 2 1,"x', 'w:5:4 5 "6"7,', 'w:6:6 6 8,"9"0', 'w:9:4 9 12,"13']);
  });

  test('begins each cell where its place says, whatever is in it', async () => {
    const random = createRandom(7);
    const parts = ['a', 'é', '🛒', ' ', 'long text', '"', ',', '\n', '\r\n', '0'];
    for (let round = 0; round < 40; round += 1) {
      const expected = Array.from({ length: 1 + random.below(12) }, () =>
        Array.from({ length: 3 }, () =>
          Array.from({ length: 1 + random.below(4) }, () => parts[random.below(parts.length)]).join(''),
        ),
      ).filter((cells) => cells.some((cell) => cell.trim() !== ''));
      const text = expected.map((cells) => cells.map(csv).join(',')).join('\n');
      const { rows } = await read(new TextEncoder().encode(text), 1 + random.below(30));
      expect(rows.map(([, cells]) => cells)).toEqual(expected);
      for (const [, cells, places] of rows) {
        for (const [at, cell] of cells.entries()) {
          expect(text.slice(offsetOf(text, places[at] ?? ''))).toSatisfy((rest: string) => rest.startsWith(csv(cell)));
        }
      }
    }
  });
});

test('an endless row is cut off, and its memory freed', async () => {
  const text = `A,B\n1,"${'x'.repeat(1_200_000)}\n2,3\n`;
  const { rows, broken } = await read(new TextEncoder().encode(text), 65_536);
  expect([rows.map(([, cells]) => cells), broken.map((line) => line.slice(0, 12))]).toEqual([
    [
      ['A', 'B'],
      ['2', '3'],
    ],
    ['w:2:3 2 1,"x'],
  ]);
});

test('what a listener throws stops the reading', async () => {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('A\n1\n');
  }
  const reading = readTable(
    { name: 'w', bytes: bytes(), delimiter: ',' },
    {
      row: () => {
        throw new RangeError('enough');
      },
      broken: () => undefined,
      pause: async () => undefined,
    },
  );
  await expect(reading).rejects.toThrow(new RangeError('enough'));
});

function csv(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function offsetOf(text: string, place: string): number {
  const [, line = 1, column = 1] = place.split(':').map(Number);
  let at = 0;
  for (let row = 1; row < line; row += 1) at = text.indexOf('\n', at) + 1;
  return at + column - 1;
}
