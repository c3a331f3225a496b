/** How many records stand where. Contract: should = done + exempt + gap. */
export interface Counts {
  should: number;
  done: number;
  exempt: number;
  gap: number;
  leak: number;
  unknown: number;
}

/** The parts of what is owed, in the order they are drawn. */
export const PARTS = ["done", "exempt", "gap"] as const;

/** The width of each part in percent of what is owed. A part that is not nothing is at least a hair wide. */
export function widths(counts: Counts): Record<(typeof PARTS)[number], number> {
  const least = 0.8;
  const raw = PARTS.map((part) => (counts.should > 0 ? (counts[part] * 100) / counts.should : 0));
  const drawn = raw.map((width) => (width > 0 && width < least ? least : width));
  const sum = drawn.reduce((total, width) => total + width, 0);
  const scale = sum > 100 ? 100 / sum : 1;
  const [done = 0, exempt = 0, gap = 0] = drawn.map((width) => width * scale);
  return { done, exempt, gap };
}
