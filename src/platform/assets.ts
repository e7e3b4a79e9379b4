/** Files of the program that are no modules. */
import { readFile } from 'node:fs/promises';
import type { AssetName } from './host.ts';

/** Beside the chunks of the bundle; from the source, those of the last build. */
export async function readAsset(name: AssetName): Promise<Uint8Array> {
  const base = import.meta.url.endsWith('.ts') ? '../../dist/' : '../';
  return await readFile(new URL(`${base}${name}`, import.meta.url));
}
