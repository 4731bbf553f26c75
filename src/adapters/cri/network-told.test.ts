import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { networkTold } from './network-told.ts';

const loopback = { Config: { Name: 'cni-loopback', Plugins: [{ Network: { type: 'loopback' } }] }, IFName: 'lo' };
const chain = ['bridge', 'portmap'].map((type) => ({ Network: { type, ipam: {} }, Source: '{}' }));
const network = { Config: { Name: 'mynet', CNIVersion: '1.0.0', Plugins: chain }, IFName: 'eth0' };

suite('networkTold()', () => {
  test("names the network, its chain of plugins and the folder, but not containerd's own loopback", () => {
    const cniconfig = JSON.stringify({ PluginConfDir: '/etc/cni/net.d', Networks: [loopback, network] });
    assert.deepEqual(networkTold({ cniconfig, lastCNILoadStatus: 'OK' }), {
      config: 'mynet (bridge, portmap), from /etc/cni/net.d',
    });
  });

  test('tells why no config was loaded', () => {
    const cniconfig = JSON.stringify({ PluginConfDir: '/etc/cni/net.d', Networks: [loopback] });
    const lastCNILoadStatus = 'cni config load failed: no network config found in /etc/cni/net.d';
    assert.deepEqual(networkTold({ cniconfig, lastCNILoadStatus }), { loadFault: lastCNILoadStatus });
  });

  for (const [what, cniconfig] of [
    ['nothing', undefined],
    ['text that is no JSON', 'none'],
    ['other JSON', '{"Networks":[1,{"Config":{"Name":5}}]}'],
    ['null', 'null'],
  ] as const) {
    test(`takes ${what} for a runtime that does not tell`, () => {
      assert.deepEqual(networkTold(cniconfig === undefined ? {} : { cniconfig }), {});
    });
  }
});
