import type { Lang } from "./words";

const KEY = "yingjin.lang";

/** The language chosen before on this device; Chinese if none was, or where nothing can be kept. */
export function currentLang(): Lang {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

export function rememberLang(lang: Lang): void {
  try {
    localStorage.setItem(KEY, lang);
  } catch {
    // A browser that keeps nothing still shows the chosen language until it is closed.
  }
}
