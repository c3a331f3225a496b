/** The same thing said in both languages, as the server sends labels and as pages keep their own words. */
export interface Label {
  zh: string;
  en: string;
}

export type Lang = keyof Label;

/** Words with gaps to fill: `rows: (n: string) => ({ zh: …, en: … })`. */
// biome-ignore lint/suspicious/noExplicitAny: each sentence has its own arguments, kept by the type of the dictionary
export type Sentence = (...args: any[]) => Label;

export type Words = Record<string, Label | Sentence>;

/** Declares a page's words. A word without one of the languages does not compile. */
export function words<const W extends Words>(dictionary: W): W {
  return dictionary;
}
