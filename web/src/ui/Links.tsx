import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import { carry } from "./url";

interface ToProps {
  to: string;
  children: ReactNode;
  className?: string;
  onClick?: () => void;
}

/** A link that takes the day and the area along. */
export function To({ to, children, className, onClick }: ToProps) {
  const [params] = useSearchParams();
  return (
    <Link to={carry(to, params)} className={className} onClick={onClick}>
      {children}
    </Link>
  );
}

export interface Tab {
  id: string;
  label: string;
  count?: string;
}

/** Tabs that are addresses: each can be sent, printed and returned to. */
export function Tabs({
  tabs,
  current,
  name,
  label,
}: {
  tabs: Tab[];
  current: string;
  name: string;
  label: string;
}) {
  const [params] = useSearchParams();
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => {
        const next = new URLSearchParams(params);
        next.set(name, tab.id);
        return (
          <Link
            key={tab.id}
            to={`?${next}`}
            replace
            preventScrollReset
            aria-current={tab.id === current ? "true" : undefined}
          >
            {tab.label}
            {tab.count !== undefined && <span className="num soft small">{tab.count}</span>}
          </Link>
        );
      })}
    </nav>
  );
}
