import { words } from "@/i18n/words";

export const w = words({
  title: { zh: "人工免尽", en: "Exemptions by hand" },
  lead: (on: string, shown: string, all: string) => ({
    zh: `${on}：本表 ${shown} 件，历来登记 ${all} 件。`,
    en: `${on}: ${shown} in this list, of ${all} ever given.`,
  }),
  none: { zh: "没有这样的免尽登记。", en: "There is no such exemption." },
  state: { zh: "状态", en: "State" },
  withCount: (state: string, n: string) => ({ zh: `${state}（${n}）`, en: `${state} (${n})` }),
  duty: { zh: "责任事项", en: "Duty" },
  every: { zh: "全部", en: "all" },
});
