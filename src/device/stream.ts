/**
 * Maps items to results that arrive later, in order, with up to `depth` under way. When the consumer stops early it
 * waits for those under way, so that nothing arrives behind its back.
 */
export async function* stream<In, Out>(
  items: Iterable<In>,
  depth: number,
  start: (item: In) => Promise<Out>,
): AsyncGenerator<Out, void, undefined> {
  const underWay: Promise<Out>[] = [];
  const iterator = items[Symbol.iterator]();
  const fill = (): void => {
    while (underWay.length < depth) {
      const next = iterator.next();
      if (next.done === true) return;
      const result = start(next.value);
      // It may fail long before its turn comes: that is no unhandled rejection.
      result.catch(() => undefined);
      underWay.push(result);
    }
  };
  try {
    for (fill(); underWay.length > 0; fill()) {
      yield await (underWay.shift() as Promise<Out>);
    }
  } finally {
    iterator.return?.();
    await Promise.allSettled(underWay);
  }
}
