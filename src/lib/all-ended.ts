/**
 * Waits until all have ended, then rejects with the first failure if there was one.
 *
 * Unlike Promise.all it leaves nothing under way behind its back: what comes next may undo what these did.
 */
export async function allEnded<Value>(tasks: readonly Promise<Value>[]): Promise<readonly Value[]> {
  const results = await Promise.allSettled(tasks);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
