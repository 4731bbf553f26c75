/** One cgroup to make and the values that it must have, in the words of cgroup v1 and v2 alike. */
export interface CgroupPlan {
  /** Beneath every hierarchy: "/kubepods/burstable/pod<uid>". */
  readonly path: string;
  readonly values: CgroupValues;
}

export interface CgroupValues {
  /** 2–262144; the adapter turns it into cpu.weight on v2. */
  readonly cpuShares?: number;
  /** Microseconds a period; -1 is no limit. */
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  /** Bytes; -1 is no limit. */
  readonly memoryLimit?: number;
  readonly pidsLimit?: number;
}
