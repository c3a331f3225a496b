import { words } from "@/i18n/words";

export const w = words({
  putRightBy: (day: string) => ({ zh: `${day} 前改好`, en: `put right by ${day}` }),
  granted: { zh: "已办成", en: "granted" },
  refused: { zh: "不予同意", en: "refused" },
  decided: (day: string, why: string) => ({ zh: `${day}：${why}`, en: `${day}: ${why}` }),
});
