import { words } from "@/i18n/words";

export const w = words({
  title: { zh: "请您说说办得怎样", en: "Please say how it went" },
  answer: { zh: "答复是这样的", en: "This is the answer" },
  questions: { zh: "三个问题", en: "Three questions" },
  answered: { zh: "有人答复您吗？", en: "Did anybody answer you?" },
  solved: { zh: "解决了吗？", en: "Is it solved?" },
  satisfied: { zh: "您满意吗？（可以不答）", en: "Are you satisfied? (if you like)" },
  words: { zh: "想说的话（可以不填）", en: "In your own words (if you like)" },
  send: { zh: "提交", en: "Send" },
  thanks: { zh: "谢谢，已经记下", en: "Thank you, it is on record" },
  solvedNext: { zh: "您说已经解决。", en: "You said that it is solved." },
  disputedNext: {
    zh: "您说还没有解决，已经退给承办单位重新办理，时限重新计算。",
    en: "You said that it is not solved. The office has it again, with its time anew.",
  },
  notNow: { zh: "现在没有要您回答的问题。", en: "There is nothing to ask you now." },
});
