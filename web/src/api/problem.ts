/** One mistake in what was sent. */
export interface FieldProblem {
  field: string;
  detail: string;
}

/** A refusal of the server: an RFC 9457 problem document, in the reader's language. */
export class Refused extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: FieldProblem[];

  constructor(document: { status: number; title: string; detail: string; errors?: FieldProblem[] }) {
    super(`${document.title}: ${document.detail}`);
    this.name = "Refused";
    this.status = document.status;
    this.title = document.title;
    this.detail = document.detail;
    this.errors = document.errors ?? [];
  }
}

/** Whether asking again could help: not after a refusal. */
export function isRefusal(error: unknown): error is Refused {
  return error instanceof Refused;
}
