import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { containerSpec, podSpec, wantedPod } from '../../testing/specs.ts';
import { missingInputs, references } from './inputs.ts';

const pod = podSpec({
  initContainers: [containerSpec('i', { envFrom: [{ secretRef: { name: 'a', optional: true } }] })],
  containers: [
    containerSpec('c', {
      env: [
        { name: 'X', valueFrom: { secretKeyRef: { name: 'a', key: 'k', optional: false } } },
        { name: 'Y', valueFrom: { configMapKeyRef: { name: 'b', key: 'k', optional: true } } },
      ],
    }),
  ],
  volumes: [
    { name: 'v', configMap: { name: 'b', defaultMode: 0o644, optional: true } },
    { name: 'w', configMap: { name: 'd', defaultMode: 0o644, optional: false } },
    { name: 'x', emptyDir: { medium: '' } },
  ],
});

suite('references()', () => {
  test('names each object once; it is optional only when all uses are', () => {
    assert.deepEqual(references(pod), {
      configMaps: [
        { name: 'b', optional: true },
        { name: 'd', optional: false },
      ],
      secrets: [{ name: 'a', optional: false }],
    });
  });
});

suite('missingInputs()', () => {
  test('names what is not optional and not there, with what the source says of it', () => {
    const inputs = { configMaps: { d: { kind: 'missing', detail: 'no file has it' } }, secrets: {} } as const;
    assert.deepEqual(missingInputs(wantedPod(pod, { inputs })), [
      { object: 'ConfigMap default/d', detail: 'no file has it' },
      { object: 'Secret default/a', detail: 'not found' },
    ]);
  });

  test('an object of a name that every record has is missing too', () => {
    const odd = podSpec({
      volumes: [{ name: 'v', secret: { name: 'constructor', defaultMode: 0o644, optional: false } }],
    });
    assert.deepEqual(missingInputs(wantedPod(odd)), [{ object: 'Secret default/constructor', detail: 'not found' }]);
  });
});
