import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { configText } from './config-text.ts';
import { type Binaries, parseVersion, pluginsNeeded } from './find.ts';
import { planCleanup, unusedChains } from './firewall.ts';
import { mountsBeneath } from './mounts.ts';
import { conflistText } from './network-text.ts';
import type { ContainerdOptions } from './options.ts';

const options: Pick<ContainerdOptions, 'runtime' | 'network'> = {
  runtime: {
    rootDir: '/var/lib/nodelet/containerd',
    stateDir: '/run/nodelet/containerd',
    sandboxImage: 'localhost/nodelet/pause:1',
    restrictOomScoreAdj: 'auto',
    oomScore: -999,
  },
  network: {
    plugin: 'cni',
    cniConfDir: '/var/lib/nodelet/cni/net.d',
    podCidr: '10.88.0.0/16',
    bridge: 'nodelet0',
    plugins: ['bridge', 'portmap'],
    hostPorts: true,
  },
};

function binaries(version: string): Binaries {
  const parsed = parseVersion(version);
  assert.ok(parsed !== undefined);
  return {
    containerd: '/usr/bin/containerd',
    ctr: '/usr/bin/ctr',
    runc: '/usr/sbin/runc',
    cniBinDir: '/usr/lib/cni',
    searchPath: '/usr/bin:/usr/sbin',
    version: parsed,
  };
}

suite('parseVersion()', () => {
  for (const [answer, expected] of [
    ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3', [1, 6]],
    ['containerd github.com/containerd/containerd/v2 2.1.9+unknown ', [2, 1]],
    ['containerd containerd.io 1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da', [1, 7]],
    ['containerd github.com/containerd/containerd/v2 v2.0.0-rc.1 abc', [2, 0]],
  ] as const) {
    test(`finds ${expected.join('.')} in "${answer}"`, () => {
      const version = parseVersion(answer);
      assert.deepEqual([version?.major, version?.minor], expected);
    });
  }

  test('finds none where there is none', () => {
    assert.equal(parseVersion('cannot execute binary file'), undefined);
  });
});

suite('configText()', () => {
  test('is version 3 for containerd 2.1, with nothing that another containerd uses', () => {
    assert.equal(
      configText(options, binaries('containerd 2.1.9'), { mayLowerOomScore: false }),
      `version = 3
root = "/var/lib/nodelet/containerd"
state = "/run/nodelet/containerd/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
address = "/run/nodelet/containerd/containerd.sock"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "localhost/nodelet/pause:1"
[plugins."io.containerd.cri.v1.images".registry]
config_path = "/etc/containerd/certs.d"
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "/var/lib/nodelet/cni/net.d"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "/usr/sbin/runc"
SystemdCgroup = false
[plugins."io.containerd.nri.v1.nri"]
disable = true
`,
    );
  });

  test('is version 2 for containerd 1.6 and 1.7', () => {
    for (const version of ['containerd 1.6.20', 'containerd 1.7.27']) {
      const text = configText(options, binaries(version), { mayLowerOomScore: true });
      assert.match(text, /^version = 2$/m);
      assert.match(text, /^oom_score = -999$/m);
      assert.match(text, /^sandbox_image = "localhost\/nodelet\/pause:1"$/m);
      assert.match(text, /^restrict_oom_score_adj = false$/m);
      assert.match(text, /^bin_dir = "\/usr\/lib\/cni"$/m);
    }
  });

  test('has bin_dir for 2.0, which does not know bin_dirs', () => {
    assert.match(configText(options, binaries('containerd 2.0.5'), { mayLowerOomScore: true }), /^bin_dir = /m);
  });

  test('restricts oom_score_adj when it is told to, whatever the machine allows', () => {
    const told = { ...options, runtime: { ...options.runtime, restrictOomScoreAdj: true } };
    assert.match(
      configText(told, binaries('containerd 2.1.9'), { mayLowerOomScore: true }),
      /restrict_oom_score_adj = true/,
    );
  });

  test('quotes what is special in TOML', () => {
    const odd = { ...options, runtime: { ...options.runtime, rootDir: '/srv/a "b"\\c' } };
    assert.match(
      configText(odd, binaries('containerd 2.1.9'), { mayLowerOomScore: true }),
      /^root = "\/srv\/a \\"b\\"\\\\c"$/m,
    );
  });
});

suite('conflistText()', () => {
  const plugins = (change: Partial<ContainerdOptions['network']>): unknown => {
    const list: { readonly plugins: readonly { readonly type: string }[] } = JSON.parse(
      conflistText({ ...options, network: { ...options.network, ...change } }),
    );
    return list.plugins.map((plugin) => plugin.type);
  };

  test('is a bridge with addresses that end with the boot, masquerading and host ports', () => {
    assert.deepEqual(JSON.parse(conflistText(options)), {
      cniVersion: '1.0.0',
      name: 'nodelet0',
      plugins: [
        {
          type: 'bridge',
          bridge: 'nodelet0',
          isGateway: true,
          ipMasq: true,
          hairpinMode: true,
          ipam: {
            type: 'host-local',
            ranges: [[{ subnet: '10.88.0.0/16' }]],
            routes: [{ dst: '0.0.0.0/0' }],
            dataDir: '/run/nodelet/containerd/addresses',
          },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    });
  });

  test('has portmap exactly when host ports are mapped', () => {
    assert.deepEqual(plugins({ hostPorts: false }), ['bridge']);
    assert.deepEqual(plugins({ plugins: ['bridge'], hostPorts: true }), ['bridge', 'portmap']);
  });

  test('takes plugins that nodelet has no settings for by their type', () => {
    assert.deepEqual(plugins({ plugins: ['bridge', 'tuning', 'bandwidth'] }), [
      'bridge',
      'tuning',
      'bandwidth',
      'portmap',
    ]);
  });

  test('needs the plugins of its chain, and loopback always', () => {
    assert.deepEqual(pluginsNeeded(options.network), ['bridge', 'portmap', 'host-local', 'loopback']);
    assert.deepEqual(pluginsNeeded({ ...options.network, plugin: 'none' }), ['loopback']);
  });
});

const saved = `*nat
:POSTROUTING ACCEPT [0:0]
:PREROUTING ACCEPT [0:0]
:CNI-aaaa - [0:0]
:CNI-DN-aaaa - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
:CNI-bbbb - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-A POSTROUTING -s 10.88.0.2/32 -m comment --comment "name: \\"nodelet0\\" id: \\"1\\"" -j CNI-aaaa
-A POSTROUTING -s 10.1.0.2/32 -m comment --comment "name: \\"other\\" id: \\"2\\"" -j CNI-bbbb
-A CNI-aaaa -d 10.88.0.0/16 -m comment --comment "name: \\"nodelet0\\" id: \\"1\\"" -j ACCEPT
-A CNI-DN-aaaa -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.88.0.2:80
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"nodelet0\\" id: \\"1\\"" -m multiport --dports 80 -j CNI-DN-aaaa
-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
COMMIT
`;

suite('planCleanup()', () => {
  test('takes the rules of one network and the chains that they jump to', () => {
    assert.deepEqual(planCleanup(saved, 'nodelet0', false), [
      '-D POSTROUTING -s 10.88.0.2/32 -m comment --comment "name: \\"nodelet0\\" id: \\"1\\"" -j CNI-aaaa',
      '-D CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"nodelet0\\" id: \\"1\\"" -m multiport --dports 80 -j CNI-DN-aaaa',
      '-F CNI-aaaa',
      '-F CNI-DN-aaaa',
      '-X CNI-aaaa',
      '-X CNI-DN-aaaa',
    ]);
  });

  test("takes portmap's common chains when nodelet brought them and nobody else has a port in them", () => {
    const script = planCleanup(saved, 'nodelet0', true);
    assert.deepEqual(script.slice(6), [
      '-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      '-D POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
      '-F CNI-HOSTPORT-DNAT',
      '-F CNI-HOSTPORT-MASQ',
      '-X CNI-HOSTPORT-DNAT',
      '-X CNI-HOSTPORT-MASQ',
    ]);
  });

  test("leaves portmap's common chains to a neighbour that has a port in them", () => {
    const rule =
      '-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"other\\" id: \\"2\\"" -j CNI-DN-bbbb\n';
    const script = planCleanup(saved.replace('COMMIT', `${rule}COMMIT`), 'nodelet0', true);
    assert.equal(script.length, 6);
  });

  test('takes nothing of another network, and nothing of one whose name only begins alike', () => {
    assert.deepEqual(planCleanup(saved, 'nodelet', false), []);
  });
});

suite('unusedChains()', () => {
  test('finds chains of killed network plugins: no rule is in them, none jumps to them', () => {
    const chain = `CNI-${'0123456789ab'.repeat(2)}`;
    const orphaned = saved.replace(':CNI-bbbb', `:${chain} - [0:0]\n:CNI-bbbb`);
    assert.deepEqual(unusedChains(saved), []);
    assert.deepEqual(unusedChains(orphaned), [chain]);
    assert.deepEqual(unusedChains(orphaned.replace('COMMIT', `-A ${chain} -j ACCEPT\nCOMMIT`)), []);
    assert.deepEqual(unusedChains(orphaned.replace('COMMIT', `-A POSTROUTING -j ${chain}\nCOMMIT`)), []);
  });
});

suite('mountsBeneath()', () => {
  const mountinfo = [
    '1 0 8:1 / / rw - ext4 /dev/sda rw',
    '2 1 0:5 / /run/nodelet/containerd/state/a rw - overlay overlay rw',
    '3 2 0:6 / /run/nodelet/containerd/state/a/b\\040c rw - tmpfs tmpfs rw',
    '4 1 0:7 / /run/nodelet/containerd2 rw - tmpfs tmpfs rw',
    '5 1 0:7 / /run/nodelet/containerd rw - tmpfs tmpfs rw',
  ].join('\n');

  test('finds those at and beneath a folder, the latest first, with their names as they are', () => {
    assert.deepEqual(mountsBeneath(mountinfo, ['/run/nodelet/containerd']), [
      '/run/nodelet/containerd',
      '/run/nodelet/containerd/state/a/b c',
      '/run/nodelet/containerd/state/a',
    ]);
  });
});
