// The grammar of image references: [host[:port]/]path[:tag][@algorithm:hex]. Upper case is for hosts and tags only.
const hostPart = '(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])';
const host = `(?:${hostPart}(?:\\.${hostPart})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?`;
const pathPart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const reference = new RegExp(`^(?:${host}/)?${pathPart}(?:/${pathPart})*(?::${tag})?(?:@${digest})?$`);

/** What no registry takes; it also bounds the work that a name can make. */
const longestReference = 1024;

/** Whether a text can name an image at all: what cannot is not pulled, but told to the pod's author. */
export function isImageName(text: string): boolean {
  return text.length <= longestReference && reference.test(text);
}
