import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { play, rewrite, stories } from './run.ts';

const update = process.env['UPDATE'] === '1';

suite('The stories in scenarios/', () => {
  for (const story of stories()) {
    test(`${story.name} goes as it is written`, async () => {
      const text = await play(story.text);
      if (update) rewrite(story, text);
      else assert.equal(text, story.text, 'a changed behaviour: read the difference, then UPDATE=1 rewrites the story');
    });
  }
});
