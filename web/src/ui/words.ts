import { words } from "@/i18n/words";

export const w = words({
  print: { zh: "打印", en: "Print" },
  export: { zh: "导出 Excel", en: "Export to Excel" },
  area: { zh: "地区", en: "Area" },
  wholeCity: { zh: "全市", en: "whole city" },
  loading: { zh: "正在读取……", en: "Loading…" },
  more: { zh: "再看一些", en: "Show more" },
  shownOf: (shown: string, total: string) => ({
    zh: `已显示 ${shown} 条，共 ${total} 条`,
    en: `Showing ${shown} of ${total}`,
  }),
  shown: (shown: string) => ({ zh: `已显示 ${shown} 条`, en: `Showing ${shown}` }),
  again: { zh: "再试一次", en: "Try again" },
  failed: { zh: "没有读到", en: "This could not be read" },
  offline: {
    zh: "连不上服务器。请检查网络，再试一次。",
    en: "The server cannot be reached. Check the network and try again.",
  },
  ahead: {
    zh: "这一天还没有到：规则按那天的算，档案按今天已知的算。那时才会有的凭据，现在还没有。",
    en: "This day has not come yet: judged by the rules of that day and what is known today. Evidence still to come is missing.",
  },
  close: { zh: "关闭", en: "Close" },
  cancel: { zh: "取消", en: "Cancel" },
  madeUp: { zh: "虚构", en: "made up" },
  yes: { zh: "是", en: "Yes" },
  no: { zh: "否", en: "No" },
  unknown: { zh: "未知", en: "Unknown" },
  all: { zh: "全部", en: "All" },
});

/** The sets. One word for each, everywhere. */
export const standing = words({
  should: { zh: "应尽", en: "Should" },
  done: { zh: "已尽", en: "Done" },
  exempt: { zh: "免尽", en: "Exempt" },
  gap: { zh: "未尽", en: "Gap" },
  leak: { zh: "错享", en: "Leak" },
  unknown: { zh: "未知", en: "Unknown" },
  out: { zh: "不涉及", en: "Not owed" },
});

/** What each set means, for those who read the word for the first time. */
export const meaning = words({
  should: { zh: "按规则今天应当落实的", en: "the rule covers it on this day" },
  done: { zh: "有凭据证明已经落实", en: "evidence shows that it has been served" },
  exempt: { zh: "有记录在案的理由，不必落实", en: "left out on purpose, with a reason on record" },
  gap: { zh: "应当落实，还没有落实", en: "owed, and not yet served" },
  leak: {
    zh: "已经享受，但规则并不涵盖；须由人核实",
    en: "served, but the rule does not cover it; a person should look",
  },
  unknown: { zh: "缺少关键信息，无法判断", en: "a fact that matters is missing" },
  out: { zh: "规则不涵盖", en: "the rule does not cover it" },
});

/** Words about documents. */
export const law = words({
  /** A place in a document: the number of an article, in Arabic or Chinese figures, or a heading. */
  place: (text: string) =>
    /^[\d.一二三四五六七八九十百]{1,4}$/.test(text)
      ? { zh: `第${text}条`, en: `item ${text}` }
      : { zh: text, en: text },
  notInForce: { zh: "这一天不在有效期内", en: "not in force on this day" },
  partly: { zh: "原文核对了一部分", en: "read in part" },
  unchecked: { zh: "尚未核对原文", en: "not yet checked against the document" },
  between: (from: string, to: string) => ({ zh: `${from}至${to}`, en: `${from} to ${to}` }),
  aside: (text: string) => ({ zh: `（${text}）`, en: ` (${text})` }),
  titled: (text: string) => ({ zh: `《${text}》`, en: `${text}, ` }),
  from: (from: string) => ({ zh: `${from}起，未定截止`, en: `from ${from}, no end set` }),
});
