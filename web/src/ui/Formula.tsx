interface FormulaProps {
  of: string;
  say: (text: string) => string;
  /** What has been said of it: not said again. */
  label?: string;
}

/** A rule's expression in words; as it is written, where the pointer rests. */
export function Formula({ of, say, label }: FormulaProps) {
  const said = say(of);
  if (said === label) return null;
  return (
    <span className="formula" title={of}>
      {said}
    </span>
  );
}
