// Two slips in a name are still a slip; three make another word.
const mostEdits = 2;

/** The name that `word` was most likely meant to be; undefined when none is near. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.min(mostEdits, Math.floor(word.length / 2)) + 1;
  for (const name of names) {
    const edits = name.toLowerCase() === word.toLowerCase() ? 0 : editsBetween(word, name, fewest);
    if (edits < fewest) {
      best = name;
      fewest = edits;
    }
  }
  return best;
}

/** How many letters must be put in, taken out, changed or swapped with a neighbour; at least `limit` when it is not less. */
function editsBetween(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let older: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const [up, before, across] = [above[column] ?? 0, line[column - 1] ?? 0, above[column - 1] ?? 0];
      let edits = Math.min(up + 1, before + 1, across + (same ? 0 : 1));
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) edits = Math.min(edits, (older[column - 2] ?? 0) + 1);
      line.push(edits);
    }
    older = above;
    above = line;
  }
  return above[right.length] ?? limit;
}
