/** What every store of relay tokens promises, whatever it stores them in. */
import { describe, expect, test } from 'vitest';
import type { RelayTokens } from '../../src/state/relay-tokens.ts';
import { placeOfTest, storeOfTest, type CreatePlace } from './store-place.ts';

/** Runs the promises as tests. `createPlace` makes an empty place for each test. */
export function describeRelayTokens(name: string, createPlace: CreatePlace<RelayTokens>): void {
  describe(`${name}: a relay token`, () => {
    test('outlives the process that kept it', async () => {
      const place = await placeOfTest(createPlace);
      const first = await place.open();
      await first.store.keep('default', 'relay.example', 'c_1');
      await first.close();
      const { store } = await place.open();
      expect(await store.find('default', 'relay.example')).toBe('c_1');
    });

    test('belongs to one profile and one relay', async () => {
      const tokens = await storeOfTest(createPlace);
      await tokens.keep('default', 'relay.example', 'c_1');
      expect(await tokens.find('staging', 'relay.example')).toBeUndefined();
      expect(await tokens.find('default', 'relay.example:8443')).toBeUndefined();
    });

    test('is replaced by the next one of its profile and relay', async () => {
      const tokens = await storeOfTest(createPlace);
      await tokens.keep('default', 'relay.example', 'c_1');
      await tokens.keep('staging', 'relay.example', 'c_2');
      await tokens.keep('default', 'relay.example', 'c_3');
      const found = ['default', 'staging'].map((profile) => tokens.find(profile, 'relay.example'));
      expect(await Promise.all(found)).toEqual(['c_3', 'c_2']);
    });
  });
}
