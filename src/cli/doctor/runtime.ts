import { connect } from 'node:net';
import { delimiter } from 'node:path';
import { findRuntime, isEmbedded, runtimeSocket } from '../../wire-embedded.ts';
import { isProgramIn } from './find-program.ts';
import { type Check, type Finding, fault, ok, warning } from './finding.ts';

const never: AbortSignal = new AbortController().signal;

/** The programs of the embedded runtime, or whether an external one answers. */
export const runtime: Check = async (config) => {
  if (!isEmbedded(config)) return [await external(runtimeSocket(config))];
  try {
    const { containerd, version, runc, cniBinDir } = await findRuntime(config, never);
    const findings = [
      ok('runtime', `containerd ${version.text} (${containerd}), ${runc}`),
      ok('CNI plugins', cniBinDir),
    ];
    if (version.major >= 2) return findings;
    return [
      warning(
        'runtime',
        `containerd ${version.text} (${containerd}) has no container events: exits are seen by the re-list`,
        'use containerd 2.0 or later',
      ),
      ...findings.slice(1),
    ];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [what = text, remedy = ''] = text
      .replace(/^cannot start the embedded runtime: /, '')
      .split(/; (?=install them)/);
    return [fault('runtime', what, remedy === '' ? 'see the message' : remedy)];
  }
};

/** What the network plugins call. */
export const firewall: Check = (config) => {
  if (!isEmbedded(config) || config.network.plugin === 'none') return [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const missing = ['iptables', 'ip'].filter((program) => !isProgramIn(program, folders));
  if (missing.length === 0) return [ok('firewall', 'iptables and ip are there')];
  return [
    fault(
      'firewall',
      `${missing.join(' and ')} not found in PATH`,
      'install them (Debian: apt-get install iptables iproute2)',
    ),
  ];
};

function external(socket: string): Promise<Finding> {
  const remedy = 'start the runtime, or set containerRuntimeEndpoint; `nodelet up` without it brings its own';
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(ok('runtime', `${socket} answers`));
    });
    connection.once('error', (error) => resolve(fault('runtime', `${socket}: ${error.message}`, remedy)));
  });
}
