import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { machineLacks, TestNode } from './harness.ts';
import { container, idle, pod } from './pods.ts';

suite('a bad file', { skip: machineLacks() ?? false }, () => {
  test('never changes what runs; file, line and reason are in ps, in the log and in an event', async () => {
    await using node = new TestNode('bad');
    const good = pod('web', { containers: [container('main', idle)], terminationGracePeriodSeconds: 1 });
    node.write('web.json', good);
    node.start();
    const [before] = await node.ready(1);

    node.write('web.json', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  contaners: []\n');
    const said = /\/web\.json:6: spec\.contaners .*did you mean containers/;
    await node.until('ps shows it', () => said.test(node.run('ps')));
    await node.until('the log has it', () => /^W\d{4} .*\/web\.json:6: spec\.contaners /m.test(node.logText()));
    const table = node.run('events');
    assert.match(table, /Warning +FailedValidation +node\/\S+ +\S+\/web\.json:6: spec\.contaners /);
    assert.match(table, /Normal +Starting +node\//);
    assert.match(table, /Normal +Started +pod\/web +Started container main/);
    assert.match(node.run('events', 'web'), /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n(\S.* pod\/web .*\n)+$/);
    assert.equal(node.run('events', 'nobody'), 'no events\n');
    const [after] = await node.ready(1);
    assert.deepEqual(after?.containers, before?.containers);

    node.write('web.json', good);
    await node.until('it is well again', () => node.events().some(({ reason }) => reason === 'Validated'));
    assert.deepEqual(node.problems(), []);
    const [again] = await node.ready(1);
    assert.deepEqual(again?.containers, before?.containers);
  });
});
