import { useMutation, useQueryClient } from '@tanstack/react-query';

/** A change to the app: what is shown of the app is read again after it. */
export function useSave<V = void>(app: string, save: (value: V) => Promise<unknown>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [app] });
      onDone?.();
    },
  });
}
