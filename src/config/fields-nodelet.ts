import { list } from './composite-types.ts';
import { accepted, acts, actsAs, type FieldRow } from './field.ts';
import { absolutePath, cidr, path } from './kube-types.ts';
import { bool, int, nullable, oneOf, scalar, textThat } from './value-type.ts';

const deviceName = textThat('device name', 'the name of a network device, at most 15 characters', (name) => {
  return /^[^\s/:.][^\s/:]{0,14}$/.test(name);
});

const pluginName = textThat('plugin', 'the name of a CNI plugin', (name) => /^[a-z][a-z0-9-]*$/.test(name));

const imageReference = textThat('image', 'an image such as registry.k8s.io/pause:3.10.1', (name) => {
  return /^[a-z0-9][\w.:/@-]*$/.test(name) && !name.includes('//');
});

const yesNoAuto = scalar({
  name: 'auto\\|true\\|false',
  expected: 'auto, true or false',
  accept: (raw) => (typeof raw === 'boolean' || raw === 'auto' ? raw : undefined),
});

/** NodeletConfiguration: what KubeletConfiguration has no word for. */
export const nodeletRows: readonly FieldRow[] = [
  ['runDir', path, '/run/nodelet', actsAs('sockets, and the state of the embedded runtime')],
  ['runtime.containerdPath', absolutePath, undefined, actsAs('absent: looked for in PATH')],
  ['runtime.runcPath', absolutePath, undefined, actsAs('absent: looked for in PATH')],
  ['runtime.rootDir', absolutePath, undefined, actsAs('absent: `containerd` below --root-dir')],
  ['runtime.stateDir', absolutePath, undefined, actsAs('absent: `containerd` below runDir')],
  ['runtime.sandboxImage', imageReference, 'localhost/nodelet/pause:1', acts],
  [
    'runtime.restrictOOMScoreAdj',
    nullable(yesNoAuto),
    'auto',
    actsAs('auto: where the machine does not let nodelet lower an oom_score_adj'),
  ],
  ['runtime.oomScore', nullable(int({ min: -1000, max: 1000 })), 0, acts],
  [
    'network.plugin',
    nullable(
      oneOf(['cni', 'kubenet', ''], {
        kubenet: 'kubenet was taken out of Kubernetes; cni with the bridge plugin does the same',
      }),
    ),
    'cni',
    actsAs('empty: no pod network, pods must use that of the host'),
  ],
  ['network.cniConfDir', path, undefined, actsAs('absent: `cni/net.d` below --root-dir')],
  ['network.cniBinDir', path, undefined, actsAs('absent: looked for where distributions put the plugins')],
  ['network.podCIDR', cidr, '10.88.0.0/16', acts],
  ['network.bridge', deviceName, 'nodelet0', acts],
  ['network.plugins', list(pluginName), ['bridge', 'portmap'], acts],
  ['network.hostPorts', nullable(bool), true, actsAs('false: `portmap` is left out of the chain')],
  ['startSlots', int({ min: 1, max: 1000 }), 4, actsAs('pods being started at once')],
  ['offlineCache', bool, false, accepted('there is no API server to be cut off from so far')],
];
