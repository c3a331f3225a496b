/** Characters of a unified social credit code; a character's place is its value (GB 32100-2015). */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** A code with its check character, made from 17 characters. */
export function uscc(first17: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of first17) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return first17 + ALPHABET[(31 - (sum % 31)) % 31];
}

/** A small list of firms that are not in any register, and one whose code is wrong, so that a person has to look. */
export function firms(batch: number, staff: number): string {
  const code = (row: number) => uscc(`91411000MA${String(batch).padStart(6, "0")}${row}`);
  return [
    "许昌市企业花名册,,",
    "统一社会信用代码,企业名称,从业人员",
    `${code(1)},（虚构）试导${batch}甲厂,${staff}`,
    `${code(2)},（虚构）试导${batch}乙厂,"1,024"`,
    `914110001234,（虚构）试导${batch}代码有误,7`,
    "",
  ].join("\n");
}
