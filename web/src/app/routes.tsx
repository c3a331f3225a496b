import type { ComponentType } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";
import { Broken, NotFound } from "./Lost";
import { Private } from "./Private";
import { Shell } from "./Shell";
import { Start } from "./Start";

/** Each page is a chunk of its own, fetched when it is first opened. */
function page<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): RouteObject["lazy"] {
  return async () => ({ Component: (await load())[name] });
}

export const router: ReturnType<typeof createBrowserRouter> = createBrowserRouter([
  {
    Component: Shell,
    ErrorBoundary: Broken,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: Start },
      { path: "signin", lazy: page(() => import("@/features/session/SignIn"), "SignIn") },
      { path: "ask/:token", lazy: page(() => import("@/features/ask/Ask"), "Ask") },
      { path: "confirm/:token", lazy: page(() => import("@/features/notices/Confirm"), "Confirm") },
      { path: "owed", lazy: page(() => import("@/features/owed/Owed"), "Owed") },
      { path: "receipts", lazy: page(() => import("@/features/forms/Check"), "Check") },
      { path: "receipts/:number", lazy: page(() => import("@/features/forms/Receipt"), "Receipt") },
      {
        Component: Private,
        children: [
          { path: "duties", lazy: page(() => import("@/features/duties/Duties"), "Duties") },
          { path: "duties/:id", lazy: page(() => import("@/features/duties/Duty"), "Duty") },
          { path: "cases", lazy: page(() => import("@/features/cases/Worklist"), "Worklist") },
          { path: "cases/due", lazy: page(() => import("@/features/cases/Due"), "Due") },
          { path: "cases/board", lazy: page(() => import("@/features/cases/Board"), "Board") },
          { path: "cases/new", lazy: page(() => import("@/features/cases/Raise"), "Raise") },
          { path: "cases/:no/merge/:other", lazy: page(() => import("@/features/cases/Merge"), "Merge") },
          { path: "cases/:no", lazy: page(() => import("@/features/cases/Case"), "Case") },
          { path: "pairings", lazy: page(() => import("@/features/pairings/Pairings"), "Pairings") },
          { path: "pairings/schemes", lazy: page(() => import("@/features/pairings/Schemes"), "Schemes") },
          {
            path: "inspections",
            lazy: page(() => import("@/features/inspections/Inspections"), "Inspections"),
          },
          { path: "draws", lazy: page(() => import("@/features/inspections/Draws"), "Draws") },
          { path: "draws/:seq", lazy: page(() => import("@/features/inspections/Draw"), "Draw") },
          { path: "exemptions", lazy: page(() => import("@/features/exemptions/Exemptions"), "Exemptions") },
          { path: "rates", lazy: page(() => import("@/features/cases/Rates"), "Rates") },
          { path: "records", lazy: page(() => import("@/features/records/Records"), "Records") },
          { path: "records/:kind/:id", lazy: page(() => import("@/features/records/Record"), "Record") },
          { path: "import", lazy: page(() => import("@/features/imports/Imports"), "Imports") },
          { path: "import/decide", lazy: page(() => import("@/features/imports/Decide"), "Decide") },
          { path: "import/:id", lazy: page(() => import("@/features/imports/Import"), "Import") },
          { path: "inbox", lazy: page(() => import("@/features/notices/Inbox"), "Inbox") },
          {
            path: "inbox/settings",
            lazy: page(() => import("@/features/notices/NoticeSettings"), "Settings"),
          },
          { path: "letters", lazy: page(() => import("@/features/letters/Letters"), "Letters") },
          { path: "plan", lazy: page(() => import("@/features/plan/Plan"), "Plan") },
          { path: "plan/:id", lazy: page(() => import("@/features/plan/Plan"), "Plan") },
          { path: "forms", lazy: page(() => import("@/features/forms/Forms"), "Forms") },
          { path: "forms/:id", lazy: page(() => import("@/features/forms/Form"), "Form") },
          { path: "rules", lazy: page(() => import("@/features/rules/Rules"), "Rules") },
          { path: "rules/try", lazy: page(() => import("@/features/rules/Try"), "Try") },
          { path: "audit", lazy: page(() => import("@/features/audit/Audit"), "Audit") },
          { path: "accounts", lazy: page(() => import("@/features/accounts/Accounts"), "Accounts") },
        ],
      },
      { path: "*", Component: NotFound },
    ],
  },
]);
