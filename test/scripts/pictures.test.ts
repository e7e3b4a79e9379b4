/** The pictures of the README: what optipick shows today. */
import { expect, test } from 'vitest';
import { drawPictures } from '../../scripts/draw-pictures.ts';
import { HAS_TERMINAL } from '../support/terminal.ts';

test.skipIf(!HAS_TERMINAL)('the pictures of the README are those that `npm run pictures` draws', async () => {
  for (const [name, picture] of await drawPictures()) {
    await expect(picture).toMatchFileSnapshot(`../../docs/images/${name}`);
  }
});
