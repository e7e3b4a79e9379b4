/** Picks that come one a line, put into the request of the wave they name. */
import { REQUEST_SCHEMAS, type RequestSchema } from '../schema.ts';
import { FaultList } from '../fault-list.ts';
import type { IdCheck } from '../validation/id-check.ts';
import { serialise } from './edit.ts';
import { type JsonNode, type JsonTree, memberOf, placeOf, stringOf } from './tree.ts';
import { describeNode } from './messages.ts';
import { createLevelCheck } from '../validation/level-check.ts';
import { createRequestHeads } from '../head.ts';
import { noteWave, type SetBuilder } from '../set-builder.ts';
import type { Source } from './source.ts';
import { quote } from '../quote.ts';
import { createUnknownFields } from '../validation/unknown-fields.ts';
import { addPick, entryOf, newWaveRequest, type WaveRequest } from '../waves.ts';

export interface LinePicks {
  add(tree: JsonTree, source: Source, line: number): void;
  end(): void;
}

interface Wave {
  readonly request: WaveRequest;
  readonly number: number;
}

/** `refuse` takes a line that is not sent, with its faults. */
export function createLinePicks(
  name: string,
  set: SetBuilder,
  ids: IdCheck,
  refuse: (text: string, faults: FaultList, line: number) => void,
): LinePicks {
  const { spool, overrides } = set;
  const schema: RequestSchema = REQUEST_SCHEMAS[set.kind];
  const unknown = createUnknownFields();
  const heads = createRequestHeads(set);
  const waves = new Map<string | undefined, Wave>();
  const orderless = { count: 0, first: '' };
  let namesWaves = false;
  let firstWaveless = '';

  function waveOf(id: string | undefined, place: () => string): Wave {
    const known = waves.get(id);
    if (known !== undefined) return known;
    const waveId = id ?? overrides.wave;
    const fields = waveId === undefined ? [] : [{ name: 'wave_id', json: JSON.stringify(waveId), place }];
    const head = heads.make(fields, () => `${name}:1:1`);
    const wave = { request: newWaveRequest(spool, { waveId, head }, { name, table: false }), number: set.nextNumber() };
    waves.set(id, wave);
    return wave;
  }

  function checkPick(node: JsonNode, faults: FaultList): void {
    if (node.type === 'object') {
      createLevelCheck(schema.pick, { faults, onUnknown: unknown.anywhere(schema.pick), ids })(node, []);
      return;
    }
    const message = `expected a pick or a request, found ${describeNode(node)}`;
    faults.add(() => ({ path: '', message, place: placeOf(node) }));
  }

  function addWaveless(count: number): void {
    const message = `${count} ${count === 1 ? 'pick has' : 'picks have'} no "wave_id" and others have one: write it into each pick`;
    set.faults.add(() => ({ path: '', message, place: firstWaveless }));
  }

  return {
    add({ root, duplicates }, source, line) {
      const waveNode = memberOf(root, 'wave_id')?.value;
      const text = waveNode?.type === 'string' ? stringOf(waveNode) : '';
      const wave = text === '' ? undefined : text;
      if (wave !== undefined) {
        namesWaves = true;
        if (!noteWave(set, name, wave, () => placeOf(waveNode ?? root))) return;
      }
      if (wave === undefined && firstWaveless === '') firstWaveless = placeOf(root);
      const faults = new FaultList();
      faults.addAll(duplicates);
      checkPick(root, faults);
      const { request, number } = waveOf(wave, () => placeOf(waveNode ?? root));
      const id = memberOf(root, 'pick_id')?.value;
      if (faults.count === 0 && id?.type === 'string') {
        const first = set.ids.add(number, stringOf(id), line);
        if (first !== undefined) {
          const where = wave === undefined ? '' : ` in wave ${quote(wave)}`;
          const message = `the pick_id ${quote(stringOf(id))} is used twice${where}, first in line ${first}`;
          faults.add(() => ({ path: '/pick_id', message, place: placeOf(id) }));
        }
      }
      ids.notes.settle(faults.count === 0);
      if (faults.count > 0 || root.type !== 'object') {
        refuse(source.text, faults, line);
        return;
      }
      const order = memberOf(root, 'order_id')?.value;
      if (order === undefined || order.type === 'null') {
        orderless.count += 1;
        if (orderless.count === 1) orderless.first = placeOf(root);
      }
      // The wave is the request's.
      const pick = { ...root, members: root.members.filter((member) => member.name.text !== 'wave_id') };
      const json = new TextDecoder().decode(serialise({ root: pick, duplicates }));
      addPick(spool, request, { json, id: id?.type === 'string' ? stringOf(id) : '', line });
    },
    end() {
      let picks = 0;
      for (const [id, { request }] of waves) {
        if (request.picks === 0) continue;
        if (id === undefined && namesWaves) addWaveless(request.picks);
        picks += request.picks;
        set.requests.push({
          name: request.waveId ?? name,
          place: name,
          entry: (own) => entryOf(spool, request, own, (cells) => cells),
        });
      }
      set.warnings.push(...unknown.warnings());
      if (set.kind === 'cluster' && orderless.count > 0) {
        const message = `${orderless.count} of ${picks} picks have no "order_id": clusters are made of orders, OptiPick may refuse them`;
        set.warnings.push({ path: '', message, place: orderless.first });
      }
    },
  };
}
