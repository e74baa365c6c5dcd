// Jobs with a limit of how many run at once.

/**
 * Run `job` for each item, at most `limit` at once; the second starts when the first is done.
 * A new visitor gets the visitor cookie with the first response: two first requests at once
 * would create two visitors.
 */
export async function runConcurrently(items, limit, job) {
  const waiting = [...items];
  const first = waiting.shift();
  if (first === undefined) return;
  await job(first);
  const work = async () => {
    while (waiting.length) await job(waiting.shift());
  };
  await Promise.all(Array.from({ length: limit }, work));
}
