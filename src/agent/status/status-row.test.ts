import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodStatus } from '../../kube/pod-status.ts';
import type { WallTime } from '../../lib/time.ts';
import { decodeStatus, encodeStatus } from './status-row.ts';

const at = '2026-01-01T00:00:00Z';
const end = { exitCode: 1, reason: 'Error', containerID: 'fake://c-0' };
const container = { name: 'c', ready: false, started: false, restartCount: 1, image: 'i', imageID: 'i' };
const status: PodStatus = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at }],
  podIP: '10.0.0.1',
  podIPs: [{ ip: '10.0.0.1' }],
  startTime: at,
  qosClass: 'BestEffort',
  initContainerStatuses: [{ ...container, name: 'i', state: { terminated: end }, lastState: {} }],
  containerStatuses: [{ ...container, state: { running: { startedAt: at } }, lastState: { terminated: end } }],
};
const row = { startTime: 1_000 as WallTime, status };

suite('decodeStatus()', () => {
  test('gives back what was written', () => {
    assert.deepEqual(decodeStatus(encodeStatus(row)), { ok: true, row });
  });

  const faults: readonly (readonly [string, string, string])[] = [
    ['a half of a row', encodeStatus(row).slice(0, 90), 'it is no JSON'],
    ['no object', '[]', 'it is no object'],
    ['another version', '{"version":2}', 'its version is 2, known is 1'],
    ['no time', '{"version":1,"status":{}}', 'its startTime is not as it was written'],
    ['no status', '{"version":1,"startTime":1}', "its status's form is not as it was written"],
    ...(
      [
        ['phase', 'Unknown'],
        ['conditions', [{ type: 'Ready' }]],
        ['containerStatuses', [{ ...container, state: { terminated: { exitCode: '1' } }, lastState: {} }]],
        ['initContainerStatuses', [7]],
        ['podIPs', ['10.0.0.1']],
        ['startTime', 7],
      ] as const
    ).map(
      ([name, value]) =>
        [
          `a wrong ${name}`,
          JSON.stringify({ version: 1, startTime: 1, status: { ...status, [name]: value } }),
          `its status's ${name} is not as it was written`,
        ] as const,
    ),
  ];

  for (const [what, text, reason] of faults) {
    test(`refuses ${what}`, () => assert.deepEqual(decodeStatus(text), { ok: false, reason }));
  }
});
