/** Medians, quartiles and ratios inside a repetition. */

function quantile(sorted, share) {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** `{ median, low, high }`: the quartiles; undefined of nothing. */
export function summary(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** `results`: one Map server → measured per repetition. Of every repetition that has both, one's value by the other's. */
export function ratio(results, server, base, field = 'cpu_ns') {
  const both = results.filter((of) => of.has(server) && of.has(base));
  return summary(both.map((of) => of.get(server)[field] / of.get(base)[field]));
}

export function absolute(results, server, field = 'cpu_ns') {
  return summary(results.filter((of) => of.has(server)).map((of) => of.get(server)[field]));
}

export function shuffled(items) {
  const left = [...items];
  const order = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return order;
}
