import type { Brand } from '../lib/brand.ts';

export type PodUid = Brand<string, 'PodUid'>;

/** metadata of an object, as far as we read it. Times are RFC 3339 text, as in the API. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}
