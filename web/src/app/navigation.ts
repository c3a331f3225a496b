import type { Label } from "@/i18n/words";
import { w } from "./words";

interface Place {
  to: string;
  word: Label;
  /** Who may go there; everyone who is signed in where nobody is named. */
  roles?: string[];
}

const PLACES: Place[] = [
  { to: "/duties", word: w.duties, roles: ["administrator", "bureau", "county", "auditor"] },
  { to: "/cases", word: w.cases },
  // Others find it under cases and forms: an administrator's mast is full.
  { to: "/inspections", word: w.inspections, roles: ["county"] },
  { to: "/records", word: w.records, roles: ["administrator", "bureau", "county", "auditor"] },
  { to: "/import", word: w.imports, roles: ["administrator", "bureau", "county", "auditor"] },
  { to: "/rules", word: w.rules, roles: ["administrator", "bureau", "county", "auditor"] },
  { to: "/audit", word: w.audit, roles: ["administrator", "auditor"] },
  { to: "/accounts", word: w.accounts, roles: ["administrator"] },
  { to: "/forms", word: w.forms, roles: ["administrator", "bureau", "county", "firm"] },
  { to: "/letters", word: w.letters },
  { to: "/plan", word: w.plan, roles: ["firm"] },
  { to: "/owed", word: w.owed },
];

/** The pages a role is led to. The server decides what it may read; this only spares dead ends. */
export function navigationOf(role: string | null): Place[] {
  if (role === null) {
    return [
      { to: "/owed", word: w.owed },
      { to: "/signin", word: w.signIn },
    ];
  }
  return PLACES.filter((place) => !place.roles || place.roles.includes(role));
}

const ROLES: Record<string, Label> = {
  administrator: w.roleAdministrator,
  bureau: w.roleBureau,
  county: w.roleCounty,
  firm: w.roleFirm,
  auditor: w.roleAuditor,
};

export function roleWord(role: string): Label {
  return ROLES[role] ?? { zh: role, en: role };
}
