import { type ReactNode, useEffect } from "react";
import { useText } from "@/i18n/lang";
import { Notice } from "./Notice";
import { w } from "./words";

interface PageProps {
  title: string;
  /** Above the title: where this page stands. */
  over?: ReactNode;
  /** Below the title: the day and the denominator of what follows. */
  under?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page's frame: its only h1, the window's title, its actions. */
export function Page({ title, over, under, actions, children }: PageProps) {
  useEffect(() => {
    document.title = title === "" ? "应尽 Yingjin" : `${title} · 应尽 Yingjin`;
  }, [title]);
  return (
    <>
      <div className="page-head">
        <div>
          {over && <div className="over">{over}</div>}
          <h1>{title}</h1>
          {under && <div className="under">{under}</div>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** Says of a day that has not come what can be said of it: the rules of that day, and what is known today. */
export function Ahead({ on, today }: { on: string | undefined; today: string | undefined }) {
  const t = useText();
  if (!on || !today || on <= today) return null;
  return (
    <div className="ahead">
      <Notice tone="warn">{t(w.ahead)}</Notice>
    </div>
  );
}
