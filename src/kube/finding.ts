/** Where in an object: field names and places in lists, from the outside in. */
export type Path = readonly (string | number)[];

/** What is wrong (or remarkable) about one field. The message is a predicate of the path: "must be a number, but is …". */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** The result of reading an object: all findings at once when it cannot be used. */
export type Decoded<Name extends string, Kind> =
  | ({ readonly ok: true; readonly warnings: readonly Finding[] } & { readonly [name in Name]: Kind })
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** A path as people write it: `spec.containers[0].name`, `metadata.labels["a/b"]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_$][\w$-]*$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** "spec.containers[0].name is required" */
export function findingText(finding: Finding): string {
  const path = pathText(finding.path);
  return path === '' ? finding.message : `${path} ${finding.message}`;
}
