/** Round numbers around zero, from at most `low` to at least `high`. */
export function ticksAround(low: number, high: number): number[] {
  const step = ticks(Math.max(high, -low))[1] ?? 1;
  const first = Math.min(0, Math.floor(low / step));
  const last = Math.max(0, Math.ceil(high / step), first === 0 ? 1 : 0);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Round numbers from 0 to at least `most`, at most five steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number): number[] {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? 10 * power,
  );
  const count = Math.ceil(Math.max(1, most) / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
