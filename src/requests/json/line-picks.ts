/** Picks one a line: each is checked and goes into the request of the wave it names. */
import { ErrorList } from '../error-list.ts';
import { REQUEST_SCHEMAS, type RequestSchema } from '../schema.ts';
import type { SetBuilder } from '../set-builder.ts';
import type { IdCheck } from '../validation/id-check.ts';
import { createLevelCheck } from '../validation/level-check.ts';
import { UnknownFields } from '../validation/unknown-fields.ts';
import { orderlessPicks } from '../validation/validation.ts';
import { usedTwice, type Wave, WaveAssembler } from '../waves.ts';
import { serialize } from './edit.ts';
import { describeNode } from './messages.ts';
import type { Source } from './source.ts';
import { type JsonNode, type JsonTree, memberOf, placeOf, textOf } from './tree.ts';

/** `reject` is called for each line that has errors. */
export function createLinePicks(
  name: string,
  set: SetBuilder,
  ids: IdCheck,
  reject: (text: string, errors: ErrorList, line: number) => void,
) {
  const schema: RequestSchema = REQUEST_SCHEMAS[set.kind];
  const unknown = new UnknownFields();
  const waves = new WaveAssembler(set, { name, place: `${name}:1:1` });
  const orderless = { count: 0, first: '' };
  let picks = 0;
  let namesWaves = false;
  let waveless: { readonly wave: Wave; readonly place: string } | undefined;

  function checkPick(node: JsonNode, errors: ErrorList): void {
    if (node.type === 'object') {
      createLevelCheck(schema.pick, { errors, onUnknown: unknown.anywhere(schema.pick), ids })(node, []);
      return;
    }
    const message = `expected a pick or a request, found ${describeNode(node)}`;
    errors.add(() => ({ path: '', message, place: placeOf(node) }));
  }

  function checkUnique(node: JsonNode | undefined, wave: Wave, waveId: string, line: number, errors: ErrorList): void {
    const id = textOf(node);
    if (errors.count > 0 || node === undefined || id === undefined) return;
    const first = set.ids.add(wave.number, id, line);
    if (first === undefined) return;
    const message = usedTwice(id, waveId === '' ? undefined : waveId, first);
    errors.add(() => ({ path: '/pick_id', message, place: placeOf(node) }));
  }

  return {
    add({ root, duplicates }: JsonTree, source: Source, line: number): void {
      const waveNode = memberOf(root, 'wave_id')?.value;
      const waveId = textOf(waveNode) ?? '';
      const wavePlace = (): string => placeOf(waveNode ?? root);
      if (waveId !== '') {
        namesWaves = true;
        if (!set.registerWave(name, waveId, wavePlace)) return;
      }
      const errors = new ErrorList();
      errors.addAll(duplicates);
      checkPick(root, errors);
      const wave = waves.waveOf(waveId, wavePlace);
      if (waveId === '') waveless ??= { wave, place: placeOf(root) };
      const id = memberOf(root, 'pick_id')?.value;
      checkUnique(id, wave, waveId, line, errors);
      ids.warnings.settle(errors.count === 0);
      if (errors.count > 0 || root.type !== 'object') {
        reject(source.text, errors, line);
        return;
      }
      const order = memberOf(root, 'order_id')?.value;
      if (order === undefined || order.type === 'null') {
        orderless.count += 1;
        if (orderless.count === 1) orderless.first = placeOf(root);
      }
      // The request has the wave.
      const pick = { ...root, members: root.members.filter((member) => member.name.text !== 'wave_id') };
      const json = new TextDecoder().decode(serialize({ root: pick, duplicates }));
      waves.add(wave, { json, id: textOf(id) ?? '', line });
      picks += 1;
    },
    end(): void {
      waves.end();
      const count = waveless?.wave.picks ?? 0;
      if (waveless !== undefined && namesWaves && count > 0) {
        const { place } = waveless;
        const message = `${count} ${count === 1 ? 'pick has' : 'picks have'} no "wave_id" and others have one: write it into each pick`;
        set.errors.add(() => ({ path: '', message, place }));
      }
      set.warnings.push(...unknown.warnings());
      if (set.kind === 'cluster' && orderless.count > 0) {
        set.warnings.push({ path: '', message: orderlessPicks(orderless.count, picks), place: orderless.first });
      }
    },
  };
}
