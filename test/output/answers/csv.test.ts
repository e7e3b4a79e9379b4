import { describe, expect, it } from 'vitest';
import { createAnswerCsv } from '../../../src/output/answers/csv.ts';
import { entryOf, exampleEntry, routeAnswer } from '../../support/report-entry.ts';

const COLUMNS = ['Pick ID', 'Remark'];
const ROUTE = {
  type: 'ROUTE',
  picks: [
    { pick_id: 'p2', location_id: 'B01', optim_sequence: 1 },
    { pick_id: 'p1', location_id: 'A01', optim_sequence: 0 },
  ],
};

describe('an answer as CSV', () => {
  it('is in walking order under the fields of the API', () => {
    const table = createAnswerCsv({ columns: undefined, alternatives: false });
    expect([table.header(), ...table.rows(entryOf(routeAnswer(2)), undefined)].join('')).toBe(
      `WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,SKU_ID,QUANTITY,CLUSTER,SEQUENCE
W7,p1,,A01,,2,,,,1
W7,p2,,A02,,1,,,,2
`,
    );
  });

  it('has each row of the caller once, cells as they were, whatever the answer did with the pick', () => {
    const table = createAnswerCsv({ columns: COLUMNS, alternatives: true });
    const callerRows = [
      { pickId: 'p1', cells: ['p1', '=1+1'] },
      { pickId: 'p2', cells: ['p2', 'a "b"\nc'] },
      { pickId: 'lost', cells: ['lost', ' 007'] },
    ];
    const invented = { pick_id: 'new', location_id: 'C01', optim_sequence: 2 };
    const answer = entryOf({ ...ROUTE, picks: [...ROUTE.picks, invented] });
    expect([table.header(), ...table.rows(answer, callerRows)]).toEqual([
      'Pick ID,Remark,CHOSEN_LOCATION,CLUSTER,SEQUENCE\n',
      'p1,=1+1,A01,,1\n',
      'p2,"a ""b""\nc",B01,,2\n',
      'new,,C01,,3\n',
      'lost," 007",,,\n',
    ]);
  });

  it('gives a cluster and the place in it, from 1, and takes no name twice', () => {
    const table = createAnswerCsv({ columns: ['Cluster', 'pick_id', 'SEQUENCE'], alternatives: false });
    const rows = [...table.rows(exampleEntry(), [{ pickId: 'pick_3', cells: ['mine', 'pick_3', '9'] }])];
    expect(table.header()).toBe('Cluster,pick_id,SEQUENCE,CLUSTER_2,SEQUENCE_2\n');
    expect(rows).toHaveLength(10);
    expect(rows.filter((row) => row.startsWith('mine'))).toEqual([
      expect.stringMatching(/^mine,pick_3,9,cluster_\d,\d\n$/),
    ]);
  });

  it('has the invalid picks at the end when there is no table of the caller', () => {
    const table = createAnswerCsv({ columns: undefined, alternatives: false });
    const answer = entryOf({ ...ROUTE, invalid_picks: [{ pick_id: 'x', location_id: ['Z1', 'Z2'], order_id: 'o' }] });
    expect([...table.rows(answer, undefined)].at(-1)).toBe(',x,o,Z1|Z2,,,,,,\n');
  });
});
