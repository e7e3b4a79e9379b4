/** `npm run pictures`: draws the pictures of the README anew. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPictures } from './draw-pictures.ts';

const FOLDER = join(import.meta.dirname, '../docs/images');

await mkdir(FOLDER, { recursive: true });
for (const [name, picture] of await drawPictures()) await writeFile(join(FOLDER, name), picture);
