import { type ReactNode, useEffect } from "react";

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
