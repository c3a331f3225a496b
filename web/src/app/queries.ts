import { QueryCache, QueryClient } from "@tanstack/react-query";
import { isRefusal } from "@/api/problem";

/** A refusal is an answer and is not asked for again; a broken line is. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session ended: pages for accounts then lead to the door, and back here afterwards.
      if (isRefusal(error) && error.status === 401) queryClient.setQueryData(["session"], null);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => !isRefusal(error) && failures < 2,
    },
  },
});
