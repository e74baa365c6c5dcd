// Jobs, so many at once.

/**
 * Run `job` for each item, `limit` at once; the second begins when the first is through.
 * An uploader whom the site does not know yet gets their cookie with the first answer:
 * two first requests would make two visitors of one.
 */
export async function inTurn(items, limit, job) {
  const waiting = [...items];
  const first = waiting.shift();
  if (first === undefined) return;
  await job(first);
  const work = async () => {
    while (waiting.length) await job(waiting.shift());
  };
  await Promise.all(Array.from({ length: limit }, work));
}
