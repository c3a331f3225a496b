import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from "react";
import { currentLang, rememberLang } from "./remembered";
import type { Label, Lang } from "./words";

interface Spoken {
  lang: Lang;
  setLang: (lang: Lang) => void;
}

const LangContext = createContext<Spoken>({ lang: "zh", setLang: () => {} });

/** Chinese until the reader switches; the choice is remembered and the document says its language. */
export function LangProvider({ children }: { children: ReactNode }) {
  const [lang, set] = useState<Lang>(currentLang);
  const setLang = useCallback((next: Lang) => {
    rememberLang(next);
    set(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  }, [lang]);
  const spoken = useMemo(() => ({ lang, setLang }), [lang, setLang]);
  return <LangContext value={spoken}>{children}</LangContext>;
}

export function useLang(): Spoken {
  return use(LangContext);
}

/** Reads a label in the reader's language; nothing for no label. */
export function useText(): (label: Label | null | undefined) => string {
  const { lang } = useLang();
  return useCallback((label) => label?.[lang] ?? "", [lang]);
}
