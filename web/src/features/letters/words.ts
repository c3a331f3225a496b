import { words } from "@/i18n/words";

export const w = words({
  title: { zh: "函件和报表", en: "Letters and sheets" },
  lead: {
    zh: "PDF，A4。每一页都写明日期和总数。",
    en: "PDF on A4. Every page says its day, and of how many its numbers are.",
  },
  day: { zh: "日期", en: "Day" },
  name: { zh: "名称", en: "Name" },
  about: { zh: "内容", en: "About" },
  get: { zh: "取得", en: "Get it" },
  preview: { zh: "预览模板", en: "Try the template" },
  much: { zh: "数据多", en: "Much data" },
  nothing: { zh: "没有数据", en: "No data" },
  signs: { zh: "特殊符号", en: "Odd signs" },
  open: { zh: "打开 PDF", en: "Open the PDF" },
  bearer: {
    zh: "写给应当办理的单位：还有哪些没有办",
    en: "To whoever has to act: what is left to do",
  },
  owed: { zh: "写给企业：应享的全部政策", en: "To a firm: everything that it is owed" },
  ownList: { zh: "本企业应享的全部政策", en: "Everything that this firm is owed" },
  ownDuty: { zh: "本单位还要办的", en: "What you have left to do" },
  plan: {
    zh: "一企一策：下一步、负责人、在办事项",
    en: "One firm, one plan: what comes next, who does it, what is open",
  },
  receipt: { zh: "备案的凭据，附可核对的二维码", en: "Proof of a filing, with a QR code to check it by" },
  onRecord: { zh: "在对方的档案页", en: "On the page of their record" },
  onReceipt: { zh: "在回执页", en: "On the page of the receipt" },
  dispatch: { zh: "当日按县区和责任的数字", en: "The numbers of the day, by county and by duty" },
  duty: { zh: "一项责任，按县区和应当办理的人", en: "One duty, by county and by whoever has to act" },
  none: { zh: "本市没有函件模板。", en: "The city has no templates for letters." },
});
