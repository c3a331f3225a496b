import { type Lang, words } from "@/i18n/words";

/** Who acts and is nobody with an account: names that the program gives itself. */
const acting = words({
  server: { zh: "系统自动", en: "the server, by itself" },
  "command-line": { zh: "命令行（管理员）", en: "an administrator at the command line" },
  sample: { zh: "示例数据生成", en: "the maker of the sample data" },
  open311: { zh: "居民应用（Open311）", en: "a resident's app (Open311)" },
  beneficiary: { zh: "受益人（凭链接）", en: "the beneficiary, by a link" },
});

/** Whoever did something, in words: accounts by their names. */
export function actorName(actor: string, lang: Lang): string {
  return Object.hasOwn(acting, actor) ? acting[actor as keyof typeof acting][lang] : actor;
}
