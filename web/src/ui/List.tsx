import type { ReactNode } from "react";
import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { Button } from "./Button";
import { Empty, Failure, Loading } from "./Notice";
import { Table, type TableProps } from "./Table";
import { w } from "./words";

/** A list that comes in pages. */
export interface Pages<Row> {
  data: { pages: { items: Row[]; total?: number | null }[] } | undefined;
  error: unknown;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

/** What has come of it so far. */
export function rowsOf<Row>(pages: Pages<Row>): Row[] {
  return pages.data?.pages.flatMap((page) => page.items) ?? [];
}

interface PagedProps<Row> {
  of: Pages<Row>;
  /** What is said where there is nothing. */
  none: string;
  children: (rows: Row[]) => ReactNode;
}

/** What comes in pages, and grows; that it is under way, why it failed, or that there is nothing. */
export function Paged<Row>({ of, none, children }: PagedProps<Row>) {
  if (of.error) return <Failure error={of.error} retry={() => void of.refetch()} />;
  if (of.isPending) return <Loading rows={6} />;
  const rows = rowsOf(of);
  if (rows.length === 0) return <Empty>{none}</Empty>;
  return (
    <>
      {children(rows)}
      <ListFoot
        shown={rows.length}
        total={of.data?.pages[0]?.total}
        busy={of.isFetchingNextPage}
        more={of.hasNextPage ? () => void of.fetchNextPage() : undefined}
      />
    </>
  );
}

interface ListProps<Row> extends Omit<TableProps<Row>, "rows"> {
  of: Pages<Row>;
  none: string;
}

/** A table that comes in pages. */
export function List<Row>({ of, none, ...table }: ListProps<Row>) {
  return (
    <Paged of={of} none={none}>
      {(rows) => <Table {...table} rows={rows} />}
    </Paged>
  );
}

interface ListFootProps {
  shown: number;
  total: number | null | undefined;
  more?: () => void;
  busy?: boolean;
}

/** How many of how many are shown, and the way to the next. */
export function ListFoot({ shown, total, more, busy }: ListFootProps) {
  const t = useText();
  return (
    <div className="list-foot">
      <span role="status">
        {total == null
          ? t(w.shown(formatCount(shown)))
          : t(w.shownOf(formatCount(shown), formatCount(total)))}
      </span>
      {more && (
        <Button onClick={more} disabled={busy}>
          {busy ? t(w.loading) : t(w.more)}
        </Button>
      )}
    </div>
  );
}
