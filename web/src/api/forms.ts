import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";

/** The forms that are there for a record today: those it files, and those that officers fill in about it. */
export function useFormsFor({ kind, id }: { kind: string; id: string }) {
  return useQuery({
    queryKey: ["forms", kind, id],
    queryFn: () => read(api.GET("/api/forms", { params: { query: { kind, record: id } } })),
    staleTime: 60_000,
  });
}

/** The forms of the city. Asked without a network too: the service worker may have kept them. */
export function useForms() {
  return useQuery({
    queryKey: ["forms"],
    queryFn: () => read(api.GET("/api/forms")),
    staleTime: 60_000,
    networkMode: "always",
  });
}
