import { delimiter } from 'node:path';
import { type ProgramResult, runProgram } from '../../lib/host/program.ts';

export type Family = 'iptables' | 'ip6tables';

const sharedChains: readonly string[] = ['CNI-HOSTPORT-DNAT', 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'];

const masqueradeChain = /^CNI-[0-9a-f]{24}$/;

/** The nat table as iptables-save prints it; nothing where the program is missing or cannot read it. */
export async function readRules(family: Family, searchPath: string, signal: AbortSignal): Promise<string | undefined> {
  const result = await run({ file: `${family}-save`, args: ['-t', 'nat'] }, searchPath, signal);
  return result?.code === 0 ? result.stdout : undefined;
}

/** Hands lines to iptables-restore. Gives back what it complained about. */
export async function applyRules(
  family: Family,
  script: readonly string[],
  searchPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // In two steps: within one, the kernel may still count the deleted rules as users of the chains.
  const deletesChain = (line: string): boolean => line.startsWith('-X');
  for (const step of [script.filter((line) => !deletesChain(line)), script.filter(deletesChain)]) {
    const input = ['*nat', ...step, 'COMMIT', ''].join('\n');
    const result = await run({ file: `${family}-restore`, args: ['--noflush'], input }, searchPath, signal);
    if (result?.code !== 0) return result?.stderr.trim() ?? `${family}-restore could not be run`;
  }
  return undefined;
}

/**
 * The lines for iptables-restore that take away what is left of one CNI network in a nat table.
 *
 * CNI DEL removes all of it, but not for a pod whose runtime died for good. Rules carry the network's name in their
 * comment, and jump to chains of their own.
 *
 * portmap's three common chains go too when `ownsShared` says that nodelet brought them and nobody else uses them now.
 */
export function planCleanup(saved: string, network: string, ownsShared: boolean): readonly string[] {
  const lines = saved.split('\n').filter((line) => line.startsWith('-A '));
  const chains = new Set(
    saved
      .split('\n')
      .filter((line) => line.startsWith(':'))
      .map((line) => line.slice(1).split(' ')[0] ?? ''),
  );
  const named = lines.filter((line) => line.includes(`name: \\"${network}\\"`));
  const own = new Set(named.map(targetOf).filter((chain) => isOwnChain(chain) && chains.has(chain)));
  const script = named.filter((line) => !own.has(chainOf(line))).map(deletion);
  script.push(...[...own].map((chain) => `-F ${chain}`), ...[...own].map((chain) => `-X ${chain}`));
  const left = lines.filter((line) => !named.includes(line) && !own.has(chainOf(line)));
  const shared = sharedChains.filter((chain) => chains.has(chain));
  const used = left.some((line) => chainOf(line) === 'CNI-HOSTPORT-DNAT');
  if (shared.length === 0 || !ownsShared || used) return script;
  script.push(
    ...left.filter((line) => shared.includes(targetOf(line)) && !shared.includes(chainOf(line))).map(deletion),
  );
  script.push(...shared.map((chain) => `-F ${chain}`), ...shared.map((chain) => `-X ${chain}`));
  return script;
}

/**
 * Masquerade chains without rules that no rule jumps to, of whatever network: their names are hashes.
 *
 * A network plugin that was killed in its work leaves one; one that is at work needs it in a moment. Only what stays so
 * for a while is nobody's.
 */
export function unusedChains(saved: string): readonly string[] {
  const lines = saved.split('\n');
  const rules = lines.filter((line) => line.startsWith('-A '));
  const used = new Set(rules.flatMap((rule) => [chainOf(rule), targetOf(rule)]));
  const chains = lines.filter((line) => line.startsWith(':')).map((line) => line.slice(1).split(' ')[0] ?? '');
  return chains.filter((chain) => masqueradeChain.test(chain) && !used.has(chain));
}

function chainOf(line: string): string {
  return line.split(' ')[1] ?? '';
}

function targetOf(line: string): string {
  return / -j (\S+)/.exec(line)?.[1] ?? '';
}

function isOwnChain(chain: string): boolean {
  return chain.startsWith('CNI-') && !sharedChains.includes(chain);
}

function deletion(line: string): string {
  return line.replace(/^-A /, '-D ');
}

async function run(
  program: { readonly file: string; readonly args: readonly string[]; readonly input?: string },
  searchPath: string,
  signal: AbortSignal,
): Promise<ProgramResult | undefined> {
  try {
    const path = [searchPath, '/usr/sbin', '/sbin'].join(delimiter);
    return await runProgram({ ...program, env: { PATH: path } }, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Not installed: then there is nothing of ours in it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
