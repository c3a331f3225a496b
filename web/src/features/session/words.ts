import { words } from "@/i18n/words";

export const w = words({
  title: { zh: "登录", en: "Sign in" },
  staff: { zh: "工作人员登录", en: "Staff sign-in" },
  name: { zh: "账户", en: "Account" },
  password: { zh: "密码", en: "Password" },
  enter: { zh: "登录", en: "Sign in" },
  entering: { zh: "正在登录……", en: "Signing in…" },
  firmTitle: { zh: "我的企业该享什么？", en: "What is my firm owed?" },
  firmText: {
    zh: "不用登录。输入统一社会信用代码，或回答几个问题，就能看到每项措施：享不享、多少钱、谁来办、何时到期。",
    en: "No account needed. Enter the firm's code or answer a few questions, and see for every measure whether it is owed, how much, who acts, and until when.",
  },
  demo: { zh: "演示账户", en: "Sample accounts" },
  demoWhy: {
    zh: "这台服务器用虚构数据演示。点一个身份，直接进去看。",
    en: "This server shows made-up data. Choose who to be, and look around.",
  },
  firmGo: { zh: "查一查", en: "Find out" },
});

/** The sample accounts: who they are, and what there is to see. */
export const roles = words({
  administrator: { zh: "管理员", en: "Administrator" },
  bureau: { zh: "市级部门", en: "City bureau" },
  county: { zh: "县区", en: "County officer" },
  firm: { zh: "企业", en: "Firm" },
  auditor: { zh: "审计", en: "Auditor" },
});

export const sees = words({
  administrator: { zh: "全部责任，导入与账户", en: "every duty, imports and accounts" },
  bureau: { zh: "本部门的责任，全市", en: "its own duties, in the whole city" },
  county: { zh: "本地区的全部责任", en: "every duty, in one county" },
  firm: { zh: "自己该享什么", en: "what it is owed" },
  auditor: { zh: "全部，只看不改", en: "everything, changing nothing" },
});
