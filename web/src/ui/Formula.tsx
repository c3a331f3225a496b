/** A rule's expression in words; as it is written, where the pointer rests. */
export function Formula({ of, say }: { of: string; say: (text: string) => string }) {
  return (
    <span className="formula" title={of}>
      {say(of)}
    </span>
  );
}
