import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { State } from '../../server/routes/state.ts';
import type { ContainerRow, Line, PodRow } from '../../server/view.ts';
import { LineScreen } from '../screen.ts';
import { eventLines } from './events.ts';
import { explainLines } from './explain.ts';
import { liveLines } from './live.ts';
import { nextSteps } from './next-steps.ts';
import { psLines } from './pods.ts';
import { ageText, bytesText, columns, cut, durationText, oneLine, wrapped } from './text.ts';

const now = Date.parse('2026-11-24T09:00:00Z');

function container(name: string, fields: Partial<ContainerRow> = {}): ContainerRow {
  return {
    name,
    kind: 'main',
    state: 'running',
    ready: true,
    restarts: 0,
    image: 'busybox:1',
    id: `id-${name}`,
    ...fields,
  };
}

function pod(name: string, fields: Partial<PodRow> = {}): PodRow {
  return {
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    source: 'file',
    stage: 'running',
    summary: 'Running',
    ready: { containers: 1, of: 1 },
    restarts: 0,
    ip: '10.88.0.2',
    startTime: '2026-11-24T08:59:30Z',
    containers: [container('main')],
    doing: [],
    waits: [line('Running', 'All that should run runs.')],
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T08:59:35Z' }],
      qosClass: 'BestEffort',
      containerStatuses: [],
    },
    ...fields,
  };
}

function line(code: string, text: string): Line {
  return { code, text, since: '2026-11-24T08:59:50Z' };
}

const crashing: PodRow = pod('crash', {
  namespace: 'test',
  summary: 'CrashLoopBackOff',
  ready: { containers: 0, of: 1 },
  restarts: 3,
  ip: '10.88.0.13',
  containers: [container('main', { state: 'waiting', ready: false, restarts: 3 })],
  waits: [line('CrashBackOff', 'Container "main" keeps ending (exit code 1; 3 restarts). It starts again in 12s.')],
});

const state: State = {
  node: {
    name: 'vm',
    version: '0.1.0',
    ready: true,
    reasons: [],
    runtime: 'containerd 2.1.9',
    network: 'ready',
    startedAt: '',
    allocatable: { cpuMilli: 2000, memoryBytes: 1, pods: 110 },
  },
  pods: [
    pod('web', { containers: [container('init', { kind: 'init', state: 'Completed' }), container('main')] }),
    crashing,
  ],
  problems: [{ file: 'm/bad.yaml', line: 3, reason: 'expected a pod\nnot this', warning: false, since: '' }],
  pulls: [
    {
      image: 'docker.io/library/redis:7',
      pods: ['test/cache'],
      since: '',
      doneBytes: 1_500_000,
      totalBytes: 40_000_000,
      bytesPerSecond: 3_000_000,
    },
  ],
};

suite('psLines()', () => {
  test('is a table with what each pod waits for, then pulls and problems', () => {
    assert.deepEqual(psLines(state, now, false), [
      'NAMESPACE  NAME   READY  STATUS            RESTARTS  AGE  IP          WAITS FOR',
      'default    web    1/1    Running           0         30s  10.88.0.2',
      'test       crash  0/1    CrashLoopBackOff  3         30s  10.88.0.13  Container "main" keeps ending (exit code 1; 3 restarts). It starts again in 12s.',
      '',
      'PULLS',
      '  docker.io/library/redis:7: 1.4 MiB of 38.1 MiB, 2.9 MiB/s (for test/cache)',
      '',
      'PROBLEMS',
      '  m/bad.yaml:3: expected a pod not this',
    ]);
  });

  test('ends with why the node is not ready, when it is not', () => {
    const reasons = ['no network config found in /etc/cni/net.d'];
    const node = { ...state.node, ready: false, reasons };
    assert.deepEqual(psLines({ ...state, node, problems: [], pulls: [] }, now, false).slice(-3), [
      '',
      'NODE',
      '  vm is not ready: no network config found in /etc/cni/net.d',
    ]);
  });

  test('is, when wide, followed by the containers', () => {
    const lines = psLines({ ...state, problems: [], pulls: [] }, now, true);
    assert.deepEqual(lines.slice(4), [
      'POD         CONTAINER    STATE      READY  RESTARTS  IMAGE      ID',
      'web         init (init)  Completed  yes    0         busybox:1  id-init',
      'web         main         running    yes    0         busybox:1  id-main',
      'test/crash  main         waiting    no     3         busybox:1  id-main',
    ]);
  });

  test('says so when there are no pods', () => {
    assert.deepEqual(psLines({ ...state, pods: [], problems: [], pulls: [] }, now, true), ['no pods']);
  });
});

suite('liveLines()', () => {
  test('shows containers, steps and waits of pods that are not where they shall be', () => {
    const starting = pod('new', {
      summary: 'ContainerCreating',
      ready: { containers: 0, of: 1 },
      ip: '',
      containers: [container('main', { state: 'waiting', ready: false })],
      doing: [line('NoSandbox', "Makes the pod's sandbox, because it has none.")],
      waits: [line('Sandbox', "Waits for the pod's sandbox.")],
    });
    assert.deepEqual(
      liveLines({ ...state, pods: [pod('web'), starting] }, now, { width: 80, height: 40, color: false }),
      [
        'node vm: ready   containerd 2.1.9   1 of 2 pods ready',
        '',
        'POD  READY  STATUS             RESTARTS  AGE  IP',
        'web  1/1    Running            0         30s  10.88.0.2',
        'new  0/1    ContainerCreating  0         30s  -',
        '    main  waiting  no  0  busybox:1',
        "    > Makes the pod's sandbox, because it has none.",
        "    … Waits for the pod's sandbox.",
        '',
        '  pull docker.io/library/redis:7: 1.4 MiB of 38.1 MiB, 2.9 MiB/s (for test/cach…',
        '  m/bad.yaml:3: expected a pod not this',
      ],
    );
  });

  test('fits the terminal, and says how much is missing', () => {
    const lines = liveLines(state, now, { width: 20, height: 5, color: false });
    assert.equal(lines.length, 5);
    assert.equal(lines[4], '  … 11 lines more: …');
    assert.ok(lines.every((one) => one.length <= 20));
  });

  test('colours whole lines', () => {
    const lines = liveLines(state, now, { width: 80, height: 40, color: true });
    assert.equal(lines[3], '\u001b[32mweb         1/1    Running           0         30s  10.88.0.2\u001b[0m');
  });
});

suite('LineScreen', () => {
  test('writes a line for each change, and none for what time alone changes', () => {
    const lines: string[] = [];
    const screen = new LineScreen((written) => lines.push(written));
    screen.show({ ...state, problems: [] });
    const later = pod('crash', { ...crashing, waits: [line('CrashBackOff', 'It starts again in 11s.')] });
    screen.show({ ...state, pods: [pod('web'), later], problems: [] });
    screen.show({ ...state, pods: [pod('web')] });
    screen.show({ ...state, pods: [pod('web')], problems: [] });
    assert.deepEqual(lines, [
      'node vm: ready',
      'pod web: Running (1/1 ready)',
      'pod test/crash: CrashLoopBackOff (0/1 ready): Container "main" keeps ending (exit code 1; 3 restarts). It starts again in 12s.',
      'problem: m/bad.yaml:3: expected a pod not this',
      'pod test/crash: gone',
      'problem m/bad.yaml:3: expected a pod not this: gone',
    ]);
  });
});

suite('explainLines()', () => {
  test('tells containers, what it does and waits for and how long, conditions and timeline', () => {
    const timeline = [{ at: '2026-11-24T08:59:30Z', text: 'The pod is starting.' }];
    assert.deepEqual(explainLines({ pod: crashing, timeline }, now), [
      'pod test/crash (uid-crash, from file)',
      '  CrashLoopBackOff: 0 of 1 containers ready, address 10.88.0.13, stage running, age 30s',
      '',
      'containers',
      '  main  waiting  no  3  busybox:1',
      '',
      'waits, and for how long',
      '     10s  Container "main" keeps ending (exit code 1; 3 restarts). It starts again in 12s.',
      '',
      'conditions',
      '  Ready  True  25s',
      '',
      'timeline',
      '  2026-11-24T08:59:30Z  The pod is starting.',
    ]);
  });
});

suite('nextSteps()', () => {
  test('names a pod that serves a port first', () => {
    const lines = nextSteps([pod('a'), pod('web', { ports: [8080] })]);
    assert.ok(lines.includes('  curl http://10.88.0.2:8080/'));
    assert.ok(lines.includes('  nodelet exec -it web -- sh'));
  });

  test('offers no shell where nothing runs', () => {
    const done = pod('job', { status: { ...pod('job').status, phase: 'Succeeded' } });
    assert.ok(!nextSteps([done]).some((step) => step.includes('exec') || step.includes('curl')));
  });
});

suite('Texts', () => {
  test('lengths of time have two units at most', () => {
    const cases = {
      0: '0s',
      999: '0s',
      9000: '9s',
      59000: '59s',
      60000: '1m',
      200000: '3m20s',
      600000: '10m',
      7500000: '2h5m',
      360000000: '4d4h',
      '-5': '0s',
    };
    for (const [milliseconds, expected] of Object.entries(cases))
      assert.equal(durationText(Number(milliseconds)), expected);
    assert.equal(ageText('', now), '-');
    assert.equal(ageText('2026-11-24T08:58:00Z', now), '2m');
  });

  test('bytes have binary units', () => {
    const cases = {
      0: '0 B',
      1023: '1023 B',
      1536: '1.5 KiB',
      1048576: '1.0 MiB',
      209715200: '200 MiB',
      3221225472: '3.0 GiB',
    };
    for (const [bytes, expected] of Object.entries(cases)) assert.equal(bytesText(Number(bytes)), expected);
  });

  test('nothing that a pod says moves the cursor', () => {
    assert.equal(oneLine('a\nb\tc\u001b[31md\u009b'), 'a b c?[31md?');
  });

  test('columns are as wide as their widest cell; the last one is free', () => {
    assert.deepEqual(
      columns([
        ['a', 'bb', 'long text'],
        ['ccc', 'd', ''],
      ]),
      ['a    bb  long text', 'ccc  d'],
    );
    assert.equal(cut('hello', 5), 'hello');
    assert.equal(cut('hello', 4), 'hel…');
  });

  test('a sentence is broken at blanks, and cut after the last line it may have', () => {
    const layout = { indent: '  ', most: 3 };
    assert.deepEqual(wrapped('one two three', 20, layout), ['one two three']);
    assert.deepEqual(wrapped('one two three four five six', 9, layout), ['one two', '  three', '  four f…']);
    assert.deepEqual(wrapped('abcdefghijklmnop', 6, layout), ['abcdef', '  ghij', '  klm…']);
  });
});

suite('eventLines()', () => {
  test('has the columns of kubectl, a line each, with how often and since when', () => {
    const event = {
      type: 'Normal',
      reason: 'Starting',
      object: 'node/vm',
      namespace: '',
      message: 'Starting.',
    } as const;
    const at = (second: number): string => new Date(now - second * 1000).toISOString();
    const lines = eventLines(
      [
        { ...event, count: 1, first: at(90), last: at(90) },
        {
          type: 'Warning',
          reason: 'BackOff',
          object: 'pod/web',
          namespace: 'shop',
          message: 'Back-off\nof web',
          count: 4,
          first: at(60),
          last: at(5),
        },
      ],
      now,
    );
    assert.deepEqual(lines, [
      'LAST SEEN        TYPE     REASON    OBJECT        MESSAGE',
      '1m30s            Normal   Starting  node/vm       Starting.',
      '5s (x4 over 1m)  Warning  BackOff   shop/pod/web  Back-off of web',
    ]);
  });

  test('says when there are none', () => assert.deepEqual(eventLines([], now), ['no events']));
});
