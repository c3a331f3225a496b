import { words } from "@/i18n/words";

export const w = words({
  noTrend: {
    zh: "还没有历次评估可比。每评估一次，这里多一个点。",
    en: "No earlier passes to compare yet. Each pass adds a point here.",
  },
  trendOf: (from: string, to: string) => ({
    zh: `${from}至${to}：已尽、免尽、未尽的变化`,
    en: `Done, exempt and gap from ${from} to ${to}`,
  }),
  asTable: { zh: "以表格查看", en: "As a table" },
  day: { zh: "日期", en: "Day" },
  rate: { zh: "落实率", en: "Done rate" },
});
