/** Part of a manifest. */
export type Json = Readonly<Record<string, unknown>>;

/** The image that the embedded runtime imports. */
export const image = 'localhost/nodelet/busybox:1';

/** A program that runs until it is told to end, and then ends at once. */
export const idle = 'trap "exit 0" TERM; sleep 100000 & wait';

/** A pod's manifest. */
export function pod(name: string, spec: Json, metadata: Json = {}): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec });
}

/** A container that runs a shell script. */
export function container(name: string, script: string, fields: Json = {}): Json {
  return { name, image, command: ['sh', '-c', script], ...fields };
}
