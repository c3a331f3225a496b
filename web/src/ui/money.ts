/** Yuan as text to fen; digits past the fen are cut. Text that is no number is nothing. */
export function fen(yuan: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(yuan.trim());
  if (!match) return 0n;
  const [, sign, whole = "0", rest = ""] = match;
  const amount = BigInt(whole) * 100n + BigInt(rest.padEnd(2, "0").slice(0, 2));
  return sign === "-" ? -amount : amount;
}

/** Fen back to yuan as text. */
export function yuan(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The exact sum of amounts in yuan: sums of a city pass what a float holds. */
export function addMoney(amounts: readonly string[]): string {
  return yuan(amounts.reduce((sum, amount) => sum + fen(amount), 0n));
}
