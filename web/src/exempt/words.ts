import type { ExemptionState } from "@/api/types";
import { type Label, words } from "@/i18n/words";

export const w = words({
  title: { zh: "人工免尽", en: "Exempted by hand" },
  give: { zh: "登记免尽", en: "Exempt by hand" },
  giveLead: {
    zh: "提交后立即生效：判定变为“免尽”，事项随之办结。登记人、理由和证明都会留存，审计可以查看；有误可以撤销。",
    en: "It holds at once: the verdict becomes exempt, and the case ends. Who gave it, the reason and the proof are kept, and auditors read them. If it is wrong, it can be withdrawn.",
  },
  reason: { zh: "理由", en: "Reason" },
  choose: { zh: "请选择", en: "Choose one" },
  note: { zh: "情况说明", en: "What the matter is" },
  noteHint: {
    zh: "写给以后来查的人看：怎么知道的、和谁核实过。不要写与此无关的个人信息。",
    en: "For whoever looks at it later: how it is known, who confirmed it. Nothing about people that does not belong here.",
  },
  proof: { zh: "证明材料", en: "Proof" },
  proofHint: { zh: "至少一个", en: "one at least" },
  handedIn: { zh: "企业提交的证明", en: "Proof that was handed in" },
  more: { zh: "补充证明", en: "More proof" },
  proofMissing: { zh: "请附上证明材料。", en: "Add a file of proof." },
  from: { zh: "起始日期", en: "From" },
  until: { zh: "截止日期（可不填）", en: "Until (may be left open)" },
  untilHint: {
    zh: "这一天过后重新算作未尽，并重新立事项。",
    en: "After that day it is a gap again, with a new case.",
  },
  send: { zh: "登记", en: "Exempt" },
  sending: { zh: "正在提交……", en: "Sending…" },
  given: (number: string) => ({ zh: `已登记，编号 ${number}。`, en: `Done. Its number is ${number}.` }),
  days: (from: string, until: string) => ({ zh: `${from} 至 ${until}`, en: `${from} to ${until}` }),
  open: (from: string) => ({ zh: `${from} 起，未设截止日期`, en: `from ${from}, with no end set` }),
  by: (who: string, on: string) => ({ zh: `${who} 于 ${on} 登记`, en: `given by ${who} on ${on}` }),
  number: (number: string) => ({ zh: `编号 ${number}`, en: `number ${number}` }),
  withdrawnBy: (who: string, on: string) => ({
    zh: `${who} 于 ${on} 撤销`,
    en: `withdrawn by ${who} on ${on}`,
  }),
  basis: { zh: "依据", en: "Basis" },
  withdraw: { zh: "撤销免尽", en: "Withdraw it" },
  withdrawLead: {
    zh: "从今天起重新算作未尽，并重新立事项。原登记保留，不会删除。",
    en: "From today on it is a gap again, with a new case. What was given stays on record.",
  },
  why: { zh: "撤销理由", en: "Why it is withdrawn" },
  whyHint: { zh: "4 至 500 个字，会留存", en: "4 to 500 characters, which are kept" },
  personal: {
    zh: "证明材料涉及个人信息，查看要写明理由，查看会被记录。",
    en: "The proof is about a person: say why you read it. That you did is recorded.",
  },
  masked: (n: string) => ({
    zh: `证明材料 ${n} 件，涉及个人信息，您的账户不能查看。`,
    en: `${n} files of proof, about a person: not for your account to read.`,
  }),
  readWhy: { zh: "查看理由", en: "Why you read it" },
  read: { zh: "查看证明", en: "Read the proof" },
});

export const states: Record<ExemptionState, Label> = {
  "in-force": { zh: "生效中", en: "in force" },
  "to-come": { zh: "未到起始日期", en: "still to come" },
  over: { zh: "已到期", en: "over" },
  withdrawn: { zh: "已撤销", en: "withdrawn" },
};
