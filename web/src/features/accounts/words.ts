import { words } from "@/i18n/words";

export const w = words({
  title: { zh: "账户", en: "Accounts" },
  lead: {
    zh: "谁能看什么：角色、地区、部门。关闭账户会立即结束它的登录。",
    en: "Who may see what: role, area, department. Closing an account ends its sessions at once.",
  },
  name: { zh: "账户", en: "Account" },
  role: { zh: "角色", en: "Role" },
  scope: { zh: "范围", en: "Scope" },
  state: { zh: "状态", en: "State" },
  open: { zh: "可登录", en: "may sign in" },
  closed: { zh: "已关闭", en: "closed" },
  close: { zh: "关闭", en: "Close" },
  reopen: { zh: "重新开放", en: "Open again" },
  setPassword: { zh: "改密码", en: "New password" },
  actions: { zh: "操作", en: "Actions" },
  add: { zh: "新建账户", en: "New account" },
  password: { zh: "密码", en: "Password" },
  passwordHint: { zh: "至少10个字符", en: "10 characters or more" },
  nameHint: {
    zh: "2至64个字，可用汉字、字母、数字和 . - _",
    en: "2 to 64 letters, digits, Chinese characters, . - _",
  },
  area: { zh: "地区", en: "Area" },
  department: { zh: "部门", en: "Department" },
  record: { zh: "企业的统一社会信用代码", en: "The firm's unified social credit code" },
  whole: { zh: "全市", en: "whole city" },
  save: { zh: "保存", en: "Save" },
  passwordSet: {
    zh: "密码已改，该账户需要重新登录。",
    en: "The password is set; the account must sign in again.",
  },
  administrator: {
    zh: "管理员：管理账户、导入、评估，可看全部",
    en: "Administrator: accounts, imports, passes; sees all",
  },
  bureau: { zh: "市级部门：本部门的责任，全市", en: "City bureau: its own duties, city-wide" },
  county: { zh: "县区：本地区的全部责任", en: "County: every duty in its area" },
  firm: { zh: "企业：只看自己", en: "Firm: itself only" },
  auditor: {
    zh: "审计：可看全部，不能改，个人信息遮盖",
    en: "Auditor: reads all, changes nothing, personal facts masked",
  },
});
