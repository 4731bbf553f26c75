import type { PodUid } from '../src/kube/meta.ts';
import type { Container, Pod, ResourceRequirements } from '../src/kube/pod.ts';
import type { Random } from '../src/lib/random.ts';
import { milliseconds } from '../src/lib/time.ts';
import type { Program } from '../src/testing/fake-runtime-state.ts';
import { containerSpec, podSpec } from '../src/testing/specs.ts';

/** A pod of some shape; everything about it but its name comes from the dice. */
export function somePod(name: string, uid: string, random: Random): Pod {
  const pick = <Value>(...values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const some = (most: number): number => Math.floor(random() * (most + 1));
  const inits = Array.from({ length: some(2) }, (_, index) => initContainer(index, pick));
  const mains = Array.from({ length: 1 + some(1) }, (_, index) => mainContainer(`m${index}`, pick));
  const volumes = [
    { name: 'config', configMap: { name: 'config', defaultMode: 0o644, optional: pick(true, false) } },
    ...(pick(true, false) ? [{ name: 'scratch', emptyDir: { medium: '' as const } }] : []),
    ...(pick(true, false, false) ? [{ name: 'host', hostPath: { path: '/srv', type: '' as const } }] : []),
  ];
  return podSpec(
    {
      restartPolicy: pick('Always', 'Always', 'OnFailure', 'Never'),
      terminationGracePeriodSeconds: pick(0, 1, 5, 30),
      containers: mains,
      ...(inits.length === 0 ? {} : { initContainers: inits }),
      volumes,
      hostNetwork: random() < 0.1,
      ...(random() < 0.1 ? { activeDeadlineSeconds: 1 + some(300) } : {}),
    },
    { name, uid: uid as PodUid },
  );
}

type Pick = <Value>(...values: readonly Value[]) => Value;

// An "s" is a sidecar, an "i" an init container that ends: programs go by the name.
function initContainer(index: number, pick: Pick): Container {
  const sidecar = pick(true, false, false);
  return containerSpec(`${sidecar ? 's' : 'i'}${index}`, {
    image: pick('a:1', 'b:1'),
    ...(sidecar ? { restartPolicy: 'Always' as const } : {}),
  });
}

const fromConfigMap = { name: 'KEY', valueFrom: { configMapKeyRef: { name: 'config', key: 'key', optional: false } } };
const tooMuch: ResourceRequirements = { requests: { cpu: '100' }, limits: {} };

function mainContainer(name: string, pick: Pick): Container {
  const postStart = pick(true, false, false);
  const preStop = pick(true, false, false);
  return containerSpec(name, {
    image: pick('a:1', 'b:1', 'c:1'),
    imagePullPolicy: pick('IfNotPresent', 'IfNotPresent', 'Always'),
    ...(pick(true, false, false, false) ? { env: [fromConfigMap] } : {}),
    // More than the machine has: such a pod is refused.
    ...(pick(true, ...Array.from({ length: 30 }, () => false)) ? { resources: tooMuch } : {}),
    ...(postStart || preStop
      ? {
          lifecycle: {
            ...(postStart ? { postStart: { exec: { command: ['postStart'] } } } : {}),
            ...(preStop ? { preStop: pick({ sleep: { seconds: 2 } }, { exec: { command: ['preStop'] } }) } : {}),
          },
        }
      : {}),
  });
}

/** How the next program of a container behaves; in calm weather main containers run on and init containers succeed. */
export function someProgram(container: string, calm: boolean, random: Random): Program {
  const isInit = container.startsWith('i');
  if (calm) return isInit ? { runs: milliseconds(500), exitCode: 0 } : {};
  const dice = random();
  const stops = random() < 0.2 ? { stops: milliseconds(random() < 0.5 ? Number.POSITIVE_INFINITY : 3000) } : {};
  if (dice < 0.05) return { cannotStart: 'exec: no such file' };
  if (isInit) return { runs: milliseconds(Math.floor(random() * 3000)), exitCode: random() < 0.3 ? 1 : 0, ...stops };
  if (dice < 0.4)
    return { runs: milliseconds(Math.floor(random() * 60_000)), exitCode: random() < 0.5 ? 1 : 0, ...stops };
  return stops;
}
