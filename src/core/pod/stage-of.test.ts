import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodUid } from '../../kube/meta.ts';
import type { Tick, WallTime } from '../../lib/time.ts';
import { pod } from '../../testing/pods.ts';
import { containerSeen, exitedContainer, podInput, sandboxSeen } from '../../testing/specs.ts';
import type { PodInput } from './input.ts';
import { type Kept, nothingKept } from './kept.ts';
import { nothingSeen, type SandboxId, type Seen } from './seen.ts';
import type { Stage } from './stage.ts';
import { stageOf } from './stage-of.ts';

const looked: Seen = { ...nothingSeen, observed: true, look: 'no' };
const admitted: Kept = {
  ...nothingKept,
  revision: 1,
  admitted: true,
  sandboxAttempt: 0,
  containers: { c: { attempt: 0 } },
};
const up: Seen = { ...looked, sandboxes: [sandboxSeen()], containers: [containerSeen('c')] };
const web = pod('web').container('c');
const never = web.restart('Never');
const onFailure = web.restart('OnFailure');
const withInit = pod('web').init('i').container('c');
const deletion = { graceSeconds: 30, seenAt: 1 as Tick };
const deadSandbox = sandboxSeen({ ready: false });

function exited(code: number, fields: Parameters<typeof exitedContainer>[2] = {}): Seen {
  return { ...up, containers: [exitedContainer('c', code, fields)] };
}

const stopping: Kept = { ...admitted, stopping: { why: 'Finished', graceSeconds: 1, since: 1 as Tick } };
const verdict: Kept = { ...admitted, verdict: { phase: 'Succeeded' } };
const absent: Partial<PodInput> = { want: { kind: 'absent' } };

const table: readonly (readonly [string, Partial<PodInput>, Stage])[] = [
  ['nobody has looked at', { seen: nothingSeen }, { kind: 'waiting' }],
  ['behind an older pod of its name', { seen: looked, predecessor: 'old' as PodUid }, { kind: 'waiting' }],
  ['that runs behind an older pod of its name', { predecessor: 'old' as PodUid }, { kind: 'running' }],
  [
    'that is rejected',
    { seen: looked, kept: nothingKept, admission: { kind: 'rejected', reason: 'OutOfcpu', message: '' } },
    { kind: 'waiting' },
  ],
  ['that is new', { seen: looked, kept: nothingKept }, { kind: 'starting' }],
  ['with a sandbox and no init containers', { seen: { ...looked, sandboxes: [sandboxSeen()] } }, { kind: 'running' }],
  [
    'whose init container has still to run',
    { want: withInit.want(), seen: { ...looked, sandboxes: [sandboxSeen()] } },
    { kind: 'starting' },
  ],
  [
    'whose init container succeeded',
    { want: withInit.want(), seen: { ...up, containers: [exitedContainer('i', 0)] } },
    { kind: 'running' },
  ],
  [
    'whose init container was killed for its memory',
    { want: withInit.want(), seen: { ...up, containers: [exitedContainer('i', 0, { reason: 'OOMKilled' })] } },
    { kind: 'starting' },
  ],
  [
    'whose init container is only in the ledger',
    {
      want: withInit.want(),
      seen: { ...looked, sandboxes: [sandboxSeen()] },
      kept: { ...admitted, containers: { i: { attempt: 0, succeededIn: 0 } } },
    },
    { kind: 'running' },
  ],
  [
    'whose init container succeeded in an older sandbox',
    {
      want: withInit.want(),
      seen: {
        ...looked,
        sandboxes: [sandboxSeen({ id: 's1' as SandboxId, attempt: 1 })],
        containers: [exitedContainer('i', 0)],
      },
    },
    { kind: 'starting' },
  ],
  ['whose sandbox died', { seen: { ...up, sandboxes: [deadSandbox] } }, { kind: 'starting' }],
  ['with a sandbox of another network', { want: web.spec({ hostNetwork: true }).want() }, { kind: 'starting' }],
  ['that crashed', { seen: exited(1) }, { kind: 'running' }],
  ['that crashed and must not restart', { want: never.want(), seen: exited(1) }, { kind: 'stopping', why: 'Finished' }],
  ['that crashed and restarts on failure', { want: onFailure.want(), seen: exited(1) }, { kind: 'running' }],
  [
    'that ended well and restarts on failure',
    { want: onFailure.want(), seen: exited(0) },
    { kind: 'stopping', why: 'Finished' },
  ],
  [
    'that is decided to restart',
    { want: onFailure.want(), seen: exited(0), kept: { ...admitted, containers: { c: { attempt: 1 } } } },
    { kind: 'running' },
  ],
  [
    'whose exit nobody has read',
    { want: never.want(), seen: { ...up, look: 'soon', containers: [containerSeen('c', { state: 'exited' })] } },
    { kind: 'running' },
  ],
  [
    'that must not restart and whose sandbox died',
    { want: never.want(), seen: { ...up, sandboxes: [deadSandbox] } },
    { kind: 'stopping', why: 'Finished' },
  ],
  [
    'whose init container failed for good',
    { want: withInit.restart('Never').want(), seen: { ...up, containers: [exitedContainer('i', 1)] } },
    { kind: 'stopping', why: 'InitFailed' },
  ],
  [
    'whose deadline has passed',
    {
      want: web.spec({ activeDeadlineSeconds: 5 }).want(),
      kept: { ...admitted, startTime: 1_000_000 as WallTime },
      wall: 1_005_000 as WallTime,
    },
    { kind: 'stopping', why: 'DeadlineExceeded' },
  ],
  [
    'that ended by itself before its deadline was noticed',
    {
      want: onFailure.spec({ activeDeadlineSeconds: 5 }).want(),
      seen: exited(0),
      kept: { ...admitted, startTime: 1_000_000 as WallTime },
      wall: 1_005_000 as WallTime,
    },
    { kind: 'stopping', why: 'Finished' },
  ],
  ['that is deleted', { want: web.want({ deletion }) }, { kind: 'stopping', why: 'Deleted' }],
  [
    'that was removed from its folder',
    { want: web.want({ deletion, removed: true }) },
    { kind: 'stopping', why: 'Removed' },
  ],
  ['that nobody wants', absent, { kind: 'stopping', why: 'Removed' }],
  ['that nobody knows', { ...absent, kept: nothingKept }, { kind: 'stopping', why: 'Orphan' }],
  [
    'that ends with a container that never started',
    { want: web.want({ deletion }), seen: { ...looked, containers: [containerSeen('c', { state: 'created' })] } },
    { kind: 'stopping', why: 'Deleted' },
  ],
  ['that has ended, with a verdict', { seen: exited(0), kept: verdict }, { kind: 'stopping', why: 'Finished' }],
  [
    'that has ended and is down',
    { seen: { ...exited(0), sandboxes: [deadSandbox] }, kept: verdict },
    { kind: 'finished' },
  ],
  [
    'that is down without a verdict',
    { seen: { ...exited(0), sandboxes: [deadSandbox] }, kept: stopping },
    { kind: 'stopping', why: 'Finished' },
  ],
  ['that is rejected and recorded', { seen: looked, kept: { ...verdict, admitted: false } }, { kind: 'finished' }],
  [
    'that is deleted and down',
    { want: web.want({ deletion }), seen: { ...exited(0), sandboxes: [deadSandbox] } },
    { kind: 'cleaning' },
  ],
  [
    'that has ended and is deleted',
    {
      want: web.want({ deletion }),
      seen: { ...looked, disk: { data: true, cgroup: false, logs: false } },
      kept: verdict,
    },
    { kind: 'cleaning' },
  ],
  ['of which nothing is left', { want: web.want({ deletion }), seen: looked }, { kind: 'gone' }],
  [
    'of which only logs are left that nobody can find',
    { ...absent, kept: nothingKept, seen: { ...looked, disk: { data: false, cgroup: false, logs: true } } },
    { kind: 'gone' },
  ],
  [
    'of which one of three cgroups may be left',
    {
      ...absent,
      seen: { ...looked, disk: { data: false, cgroup: true, logs: false }, cgroupsRemoved: ['/kubepods/podu1'] },
    },
    { kind: 'cleaning' },
  ],
];

suite('stageOf()', () => {
  for (const [what, fields, stage] of table) {
    test(`a pod ${what} is ${stage.kind}${stage.kind === 'stopping' ? `: ${stage.why}` : ''}`, () => {
      assert.deepEqual(stageOf(podInput({ want: web.want(), seen: up, kept: admitted, ...fields })), stage);
    });
  }
});
