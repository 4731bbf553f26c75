import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** User and system time that a process has used so far (ms); the kernel counts in steps of 10 ms. */
export function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory now and at its peak (MiB). */
export function memory(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** How many programs a process starts within `seconds`, as strace sees it; undefined where there is no strace. */
export async function forks(pid: number, seconds: number): Promise<number | undefined> {
  const strace = spawn('strace', ['-f', '-qq', '-e', 'trace=execve,fork,vfork', '-p', String(pid)]);
  let text = '';
  let missing = false;
  strace.stderr.on('data', (chunk) => {
    text += String(chunk);
  });
  strace.on('error', () => {
    missing = true;
  });
  await sleep(seconds * 1000);
  strace.kill('SIGINT');
  if (missing) return undefined;
  await new Promise((resolve) => strace.once('close', resolve));
  return text.split('\n').filter((line) => /\b(execve|v?fork)\(/.test(line)).length;
}
