import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const root = join(import.meta.dirname, '..');
const committed = join(root, 'src/adapters/cri/generated');
const skip = existsSync(join(root, 'node_modules/.bin/buf')) ? false : 'buf is not on this machine (npm install)';

suite('generated codecs', () => {
  test('script/generate gives what is committed', { skip }, () => {
    const fresh = mkdtempSync(join(tmpdir(), 'nodelet-generated-'));
    try {
      execFileSync(join(root, 'script/generate'), [fresh], { stdio: 'pipe' });
      assert.deepEqual(readdirSync(fresh).sort(), readdirSync(committed).sort());
      for (const file of readdirSync(fresh)) {
        const same = readFileSync(join(fresh, file), 'utf8') === readFileSync(join(committed, file), 'utf8');
        assert.ok(same, `${file} is not what proto/ gives: run script/generate and commit the result`);
      }
    } finally {
      rmSync(fresh, { recursive: true });
    }
  });
});
