import { Link, useRouteError } from "react-router";
import { isRefusal } from "@/api/problem";
import { useText } from "@/i18n/lang";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { w } from "./words";

export function NotFound() {
  const t = useText();
  return (
    <Page title={t(w.notFound)}>
      <p>{t(w.notFoundWhy)}</p>
      <Link to="/">{t(w.home)}</Link>
    </Page>
  );
}

export function Broken() {
  const t = useText();
  const error = useRouteError();
  return (
    <main>
      {isRefusal(error) ? (
        <Failure error={error} />
      ) : (
        <Notice tone="bad" title={t(w.broken)}>
          <p>{t(w.brokenWhy)}</p>
          <a href="/">{t(w.home)}</a>
        </Notice>
      )}
    </main>
  );
}
