/**
 * Replaces each `$(NAME)` by its value, once from left to right; `$$` stands for `$`.
 *
 * A name without a value, and a `$` before anything else, stay as they are. Values are not looked into again, so the
 * work grows with the length of the text and of what it becomes. Undefined when that is more than `longest`: a few
 * variables that name each other twice would else fill the memory.
 */
export function expand(
  text: string,
  lookUp: (name: string) => string | undefined,
  longest: number,
): string | undefined {
  let expanded = '';
  let from = 0;
  // Once there is no ')' behind a place, there is none behind a later one: without this, "$($($(…" takes squared time.
  let closes = true;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    const close: number = closes && text[at + 1] === '(' ? text.indexOf(')', at + 2) : -1;
    if (close >= 0) {
      const name = text.slice(at + 2, close);
      expanded += text.slice(from, at) + (lookUp(name) ?? text.slice(at, close + 1));
      from = close + 1;
    } else {
      if (text[at + 1] === '(') closes = false;
      expanded += text.slice(from, at + 1);
      from = at + (text[at + 1] === '$' ? 2 : 1);
    }
    if (expanded.length > longest) return undefined;
  }
  expanded += text.slice(from);
  return expanded.length > longest ? undefined : expanded;
}
