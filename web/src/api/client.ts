import createClient from "openapi-fetch";
import { currentLang } from "@/i18n/remembered";
import { type FieldProblem, Refused } from "./problem";
import type { paths } from "./schema";

/** The API, typed by its OpenAPI document. `read` takes the answer out. */
export const api: ReturnType<typeof createClient<paths>> = createClient<paths>();

api.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", currentLang());
    // Asked of every unsafe request: a page of another site cannot set it.
    if (request.method !== "GET") request.headers.set("X-Yingjin", "1");
    return request;
  },
});

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

interface ProblemDocument {
  title: string;
  detail: string;
  errors?: FieldProblem[];
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === "object" && body !== null && "title" in body && "detail" in body;
}

/** The answer of a request. Throws `Refused` for a problem document. */
export async function read<T>(request: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (response.ok) return data as T;
  if (isProblem(error)) throw new Refused({ status: response.status, ...error });
  throw new Refused({
    status: response.status,
    title: `${response.status}`,
    detail: response.statusText || response.url,
  });
}

/** Sends a form with a file in it, which a JSON body cannot carry. */
export function asForm(fields: Record<string, string | Blob | undefined>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== "") form.append(name, value);
  }
  return form;
}

/** Options by which openapi-fetch sends a form as it is. */
export const FORM = { bodySerializer: (body: unknown): FormData => body as FormData };

/** Keeps the file of an answer under a name, as a link with `download` would. */
export async function download(name: string, request: Promise<Answered<unknown>>): Promise<void> {
  const file = (await read(request)) as Blob;
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
