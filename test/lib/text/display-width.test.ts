import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth } from '../../../src/lib/text/display-width.ts';

describe('the width of a text', () => {
  it('is what a terminal takes for it', () => {
    expect(
      ['', 'abc', 'é', 'e\u0301', '倉庫', 'ﾊﾛｰ', '한국', '한', '😀', '👍🏽', '👩‍👩‍👧', '🇧🇪', '🇧🇪🇳🇱', '❤️', '…', 'A倉1'].map(
        displayWidth,
      ),
    ).toEqual([0, 3, 1, 1, 4, 3, 4, 2, 2, 2, 2, 2, 4, 2, 1, 4]);
  });
});

describe('a text cut to a width', () => {
  it('ends in … when something is missing', () => {
    expect([
      cutToWidth('cluster_0', 9),
      cutToWidth('cluster_0', 8),
      cutToWidth('cluster_0', 1),
      cutToWidth('cluster_0', 0),
      cutToWidth('a b c', 3),
      cutToWidth('', 3),
    ]).toEqual(['cluster_0', 'cluster…', '…', '', 'a…', '']);
  });

  it('never splits a wide character, an emoji or an accent', () => {
    expect([
      cutToWidth('倉庫倉庫', 5),
      cutToWidth('倉庫倉庫', 4),
      cutToWidth('👩‍👩‍👧👩‍👩‍👧', 3),
      cutToWidth('e\u0301e\u0301e\u0301', 2),
    ]).toEqual(['倉庫…', '倉…', '👩‍👩‍👧…', 'e\u0301…']);
  });
});
