import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tick } from '../../lib/time.ts';
import { type ContainerKept, type Kept, nothingKept } from './kept.ts';
import { hookName, recordAction, settleHooks } from './record.ts';
import { nothingSeen, type Seen } from './seen.ts';

function kept(row: ContainerKept): Kept {
  return { ...nothingKept, revision: 3, containers: { c: row } };
}

const inThisLife: Seen = { ...nothingSeen, hooksBegun: { [hookName('c', 0, 'preStop')]: 1 as Tick } };

suite('settleHooks()', () => {
  test('a hook that was begun in an earlier life is done, so that nobody takes it for a new one', () => {
    const row = kept({ attempt: 0, preStop: 'begun' });
    assert.equal(settleHooks(row, row, nothingSeen).containers['c']?.preStop, 'done');
  });

  test('one that was begun in this life, or begins with this record, stays begun', () => {
    const row = kept({ attempt: 0, preStop: 'begun' });
    assert.equal(settleHooks(row, row, inThisLife).containers['c']?.preStop, 'begun');
    assert.equal(settleHooks(row, kept({ attempt: 0 }), nothingSeen).containers['c']?.preStop, 'begun');
    const next = kept({ attempt: 1, preStop: 'begun' });
    assert.equal(settleHooks(next, row, nothingSeen).containers['c']?.preStop, 'begun');
  });
});

test('recordAction() has the revision in its key, and the ledger for target', () => {
  const action = recordAction(kept({ attempt: 0 }), 'the pod is admitted');
  assert.equal(action.key, 'record 3');
  assert.equal(action.target, 'ledger');
});
