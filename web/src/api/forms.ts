import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";

/** The forms of the city. Asked without a network too: the service worker may have kept them. */
export function useForms() {
  return useQuery({
    queryKey: ["forms"],
    queryFn: () => read(api.GET("/api/forms")),
    staleTime: 60_000,
    networkMode: "always",
  });
}
