/** Where a value came from. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file' | 'drop-in'; readonly file: string; readonly line: number }
  | { readonly kind: 'flag'; readonly flag: string };

export const fromDefault: Origin = { kind: 'default' };

/** The origin as people read it: `default`, `kubelet.yaml:12`, `drop-in 10-limits.conf:3`, `--max-pods`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'drop-in':
      return `drop-in ${origin.file}:${origin.line}`;
    case 'flag':
      return origin.flag;
    default:
      return origin satisfies never;
  }
}
