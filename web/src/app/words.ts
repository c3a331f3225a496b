import { words } from "@/i18n/words";

export const w = words({
  skip: { zh: "跳到正文", en: "Skip to content" },
  navigation: { zh: "主导航", en: "Main navigation" },
  menu: { zh: "菜单", en: "Menu" },
  duties: { zh: "责任", en: "Duties" },
  cases: { zh: "事项", en: "Cases" },
  records: { zh: "档案", en: "Records" },
  imports: { zh: "导入", en: "Import" },
  rules: { zh: "规则", en: "Rules" },
  audit: { zh: "审计", en: "Audit" },
  accounts: { zh: "账户", en: "Accounts" },
  forms: { zh: "填报", en: "Forms" },
  owed: { zh: "我该享什么", en: "What am I owed" },
  signIn: { zh: "登录", en: "Sign in" },
  signOut: { zh: "退出", en: "Sign out" },
  switchLang: { zh: "English", en: "中文" },
  madeUp: {
    zh: "这里的档案是虚构的，仅用于演示，不对应任何真实的企业、家庭或个人。",
    en: "The records here are made up, for demonstration. They stand for no real firm, household or person.",
  },
  madeUpLabel: { zh: "数据说明", en: "About these records" },
  foot: {
    zh: "应尽：凡应享者，皆已享。每个数都写明分母与日期。",
    en: "Yingjin: all that should be, is. Every number says of how many, and on which day.",
  },
  notFound: { zh: "没有这一页", en: "There is no such page" },
  notFoundWhy: {
    zh: "地址可能写错了，或这一页已经搬走。",
    en: "The address may be mistyped, or the page has moved.",
  },
  home: { zh: "回到首页", en: "Go to the first page" },
  broken: { zh: "这一页出错了", en: "This page failed" },
  brokenWhy: {
    zh: "请刷新再试。若仍出错，请把地址告诉管理员。",
    en: "Reload and try again. If it still fails, tell the administrator its address.",
  },
  roleAdministrator: { zh: "管理员", en: "administrator" },
  roleBureau: { zh: "市级部门", en: "city bureau" },
  roleCounty: { zh: "县区", en: "county" },
  roleFirm: { zh: "企业", en: "firm" },
  roleAuditor: { zh: "审计", en: "auditor" },
});
