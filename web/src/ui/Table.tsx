import type { ReactNode } from "react";

export interface Column<Row> {
  id: string;
  label: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand to the right. */
  right?: boolean;
  /** On a phone: the card's heading, or a cell over the whole width. */
  phone?: "lead" | "full";
}

export interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** On a phone, cells stand three in a row with their heading above, for rows of many short numbers. */
  dense?: boolean;
}

/**
 * A table on a wide page, a list of cards on a phone. The roles are said outright because browsers forget
 * that a table is one when its display changes.
 */
export function Table<Row>({ caption, columns, rows, rowKey, dense }: TableProps<Row>) {
  return (
    // A frame that scrolls must be reachable by keyboard.
    <section className="table-frame" aria-label={caption} tabIndex={0}>
      <table className={dense ? "table cards dense" : "table cards"} role="table">
        <caption className="hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.id} scope="col" className={column.right ? "right" : undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map((column) => (
                <td
                  key={column.id}
                  role="cell"
                  data-label={column.label}
                  className={[column.right && "right", column.phone].filter(Boolean).join(" ") || undefined}
                >
                  <div className="cell">{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
